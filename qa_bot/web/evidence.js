// Runs once for the evidence panel: brings the quote, else the passage, into view; goes from
// citation to citation; copies.
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

const go = (button) => button && trigger('cite', { reference: button.dataset.open });

element.addEventListener('click', (event) => {
  go(event.target.closest('[data-open]'));
  const copy = event.target.closest('[data-copy]');
  if (copy) carry(copy.dataset.copy);
});

element.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { n: 'next', p: 'previous', ArrowRight: 'next', ArrowLeft: 'previous' }[event.key];
  const button = step && element.querySelector(`[data-step="${step}"]`);
  if (!button) return;
  event.preventDefault();
  go(button);
});

async function carry(text) {
  const said = element.querySelector('.copied');
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https there is no clipboard but on this machine; the old way still works.
    const box = document.createElement('textarea');
    box.value = text;
    box.style.cssText = 'position:fixed;opacity:0';
    const before = document.activeElement;
    document.body.append(box);
    box.select();
    const done = document.execCommand('copy');
    box.remove();
    before?.focus({ preventScroll: true });
    if (!done) { said.textContent = 'could not be copied'; return; }
  }
  said.textContent = 'copied';
  setTimeout(() => { said.textContent = ''; }, 2500);
}
