// Runs once for the conversation: `element`, `trigger` and `watch` are Gradio's.
element.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-open]');
  if (opener && element.contains(opener)) {
    trigger('cite', { reference: opener.dataset.open });
  }
});

const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

watch('value', () => {
  const last = element.querySelector('.exchange:last-child');
  if (!last) return;
  last.scrollIntoView({ block: 'start', behavior: calm.matches ? 'auto' : 'smooth' });
});
