// Runs once for the table of articles.
element.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-article]');
  if (opener) trigger('pick', { article: opener.dataset.article });
  const head = event.target.closest('[data-sort]');
  if (head) trigger('order', { column: head.dataset.sort });
  const remove = event.target.closest('[data-remove]');
  if (remove) sure(remove);
});

// Asked again before an article goes; Escape keeps it.
function sure(button) {
  const made = (label, action) => Object.assign(document.createElement('button'),
    { type: 'button', textContent: label, onclick: action });
  const line = document.createElement('span');
  line.className = 'sure';
  line.setAttribute('role', 'group');
  line.setAttribute('aria-label', `${button.getAttribute('aria-label')}?`);
  const keep = () => { line.replaceWith(button); button.focus(); };
  const yes = made('Yes, remove', () => {
    line.replaceWith('removing…');
    trigger('drop', { article: button.dataset.remove });
  });
  line.append('Remove it? ', yes, made('Keep', keep));
  line.addEventListener('keydown', (event) => { if (event.key === 'Escape') keep(); });
  button.replaceWith(line);
  yes.focus();
}
