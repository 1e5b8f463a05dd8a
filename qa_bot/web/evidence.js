// Runs once for the evidence panel: brings the quote, else the passage, into view.
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
let opened = null;

watch('value', () => {
  const panel = element.querySelector('.evidence');
  if (!panel || panel.dataset.opened === opened) return;
  opened = panel.dataset.opened ?? null;
  const text = panel.querySelector('.text');
  if (text) {
    const place = text.querySelector('mark') ?? text.querySelector('.around');
    const from = text.getBoundingClientRect();
    const at = place ? place.getBoundingClientRect().top - from.top + text.scrollTop : 0;
    text.scrollTo({ top: Math.max(0, at - text.clientHeight / 3), behavior: 'auto' });
  }
  if (!('focus' in panel.dataset)) return;
  panel.querySelector('h2')?.focus({ preventScroll: true });
  panel.scrollIntoView({ block: 'nearest', behavior: calm.matches ? 'auto' : 'smooth' });
});
