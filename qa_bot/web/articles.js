// Runs once for the table of articles.
element.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-article]');
  if (opener) trigger('pick', { article: opener.dataset.article });
  const head = event.target.closest('[data-sort]');
  if (head) trigger('order', { column: head.dataset.sort });
  const remove = event.target.closest('[data-remove]');
  if (remove) sure(remove);
});

// Asked before an article goes, in a dialog that says what either way does; Escape keeps it.
const WAYS = [
  ['remove', 'Remove', 'No question is answered from it any more, and it stays out when its folder is indexed '
    + 'again. Its text stays in older generations of the index: “qa-bot rollback” brings it back.'],
  ['purge', 'Remove and purge', 'Its text also goes from older generations, caches, uploads and fetched pages, '
    + 'and from the unanswered questions and verdicts kept here. There is no way back. Files outside the index '
    + 'folder, and conversations kept in browsers, are not touched.'],
];
const made = (tag, fields = {}, ...inside) => {
  const one = Object.assign(document.createElement(tag), fields);
  one.append(...inside);
  return one;
};

function sure(button) {
  const article = button.dataset.remove;
  const title = button.closest('tr').querySelector('.title .title').textContent;
  const dialog = made('dialog', { className: 'sure' });
  const heading = made('h2', { id: 'sure-of' }, 'Remove this article?', made('bdi', { textContent: title }));
  dialog.setAttribute('aria-labelledby', heading.id);
  const choices = WAYS.map(([way, label, does]) => made('div', { className: 'choice' },
    made('p', { textContent: does, id: `sure-${way}` }),
    made('button', { type: 'button', className: way, textContent: label, onclick: () => {
      dialog.close();
      button.replaceWith('removing…');
      trigger('drop', { article, purge: way === 'purge' });
    } })));
  for (const choice of choices) {
    choice.lastChild.setAttribute('aria-describedby', choice.firstChild.id);
  }
  const keep = made('button', { type: 'button', textContent: 'Keep it', onclick: () => dialog.close() });
  dialog.append(heading, ...choices, made('div', { className: 'keep' }, keep));
  dialog.addEventListener('close', () => { dialog.remove(); if (button.isConnected) button.focus(); });
  (element.closest('.gradio-container') ?? document.body).append(dialog);
  dialog.showModal();
  keep.focus();
}
