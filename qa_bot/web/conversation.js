// Runs once for the conversation: `element`, `trigger` and `watch` are Gradio's.
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button || !element.contains(button)) return;
  const { open, ask, edit, verdict, of } = button.dataset;
  if (open) trigger('cite', { reference: open });
  if (ask) trigger('again', { question: ask });
  if (edit) change(button);
  if (verdict) trigger('judge', { number: Number(of), verdict });
});

// The question that a follow-up was understood as becomes a box; Enter asks it, Escape leaves it.
function change(button) {
  const line = button.closest('.understood');
  const words = line.querySelector('.rewritten');
  const box = document.createElement('input');
  box.type = 'text';
  box.value = words.textContent;
  box.dir = 'auto';
  box.setAttribute('aria-label', 'The question to ask instead');
  const end = (ask) => {
    box.replaceWith(words);
    button.hidden = false;
    if (ask && box.value.trim()) trigger('again', { question: box.value });
    else button.focus();
  };
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.isComposing) end(true);
    if (event.key === 'Escape') end(false);
  });
  button.hidden = true;
  words.replaceWith(box);
  box.focus();
  box.select();
}

let shown = '';
watch('value', () => {
  const last = element.querySelector('.exchange:last-child');
  if (!last) return;
  // Only a step of the newest exchange brings it into view: a verdict moves nothing.
  const step = `${last.dataset.number} ${last.dataset.state}`;
  if (step === shown) return;
  shown = step;
  last.scrollIntoView({ block: 'start', behavior: calm.matches ? 'auto' : 'smooth' });
});
