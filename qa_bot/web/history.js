// Runs once for the menu of earlier conversations. They are kept in this browser alone: the
// store holds at most MOST of them and LARGEST characters, the oldest go first. Every text is
// set as text, never as HTML.
const STORE = 'qa_bot.conversations', CURRENT = 'qa_bot.current';
const MOST = 30, LARGEST = 2_000_000;
let current = null;

const read = () => {
  try {
    const all = JSON.parse(localStorage.getItem(STORE) ?? '[]');
    return Array.isArray(all) ? all.filter((c) => c && Array.isArray(c.exchanges)) : [];
  } catch { return []; }
};
const write = (all) => {
  all = all.slice(-MOST);
  for (;;) {
    const text = JSON.stringify(all);
    if (text.length <= LARGEST || all.length <= 1) {
      try { localStorage.setItem(STORE, text); return; } catch { /* full: one fewer */ }
    }
    if (!all.length) return;
    all.shift();
  }
};
const remember = (talk) => {
  current = talk;
  try { sessionStorage.setItem(CURRENT, talk); } catch { /* then not after a reload */ }
};

function keep(talk, exchange) {
  const all = read();
  const at = all.findIndex((c) => c.talk === talk);
  const kept = at < 0 ? { talk, exchanges: [] } : all.splice(at, 1)[0];
  kept.exchanges = [...kept.exchanges.filter((e) => e.number !== exchange.number), exchange].slice(-20);
  kept.at = new Date().toISOString();
  write([...all, kept]);
}

function save({ name, type, text }) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const made = (tag, fields = {}, ...inside) => {
  const one = Object.assign(document.createElement(tag), fields);
  one.append(...inside);
  return one;
};

function draw() {
  const menu = element.querySelector('.menu');
  if (!menu) return;
  const all = read().reverse();
  const now = all.find((c) => c.talk === current);
  const others = all.filter((c) => c !== now);
  const button = (label, action) => made('button', { type: 'button', textContent: label, onclick: action });
  const parts = [];
  if (now) {
    parts.push(made('p', { className: 'exports' }, made('span', { textContent: 'Save this one' }),
      button('Markdown', () => trigger('export', { form: 'markdown' })),
      button('JSON', () => trigger('export', { form: 'json' }))));
  }
  parts.push(made('h3', { textContent: 'Earlier conversations' }));
  if (!others.length) {
    parts.push(made('p', { className: 'none', textContent: 'None yet. They are kept in this browser only.' }));
  } else {
    const list = made('ul');
    for (const one of others) {
      const question = String(one.exchanges[0]?.question ?? '');
      const date = new Date(one.at);
      const day = isNaN(date) ? '' : date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
      const open = made('button', { type: 'button', className: 'past', onclick: () => {
        close(true);
        trigger('restore', { conversation: one });
      } }, made('bdi', { textContent: question.slice(0, 120) }), made('time', { textContent: day }));
      list.append(made('li', {}, open));
    }
    parts.push(list, button('Forget all of them', () => {
      write(now ? [now] : []);
      draw();
      menu.querySelector('button')?.focus();
    }));
  }
  menu.querySelector('.inside').replaceChildren(...parts);
}

function close(focus) {
  const menu = element.querySelector('.menu');
  if (!menu?.open) return;
  menu.open = false;
  if (focus) menu.querySelector('summary').focus();
}

element.addEventListener('toggle', draw, true);
element.addEventListener('keydown', (event) => { if (event.key === 'Escape') close(true); });
document.addEventListener('click', (event) => { if (!element.contains(event.target)) close(false); });

watch('value', () => {
  let told;
  try { told = JSON.parse(props.value); } catch { return; }
  if (told.talk) remember(told.talk);
  if (told.keep) keep(told.talk, told.keep);
  if (told.download) save(told.download);
  else draw(); // drawing anew would take the focus from the button that was pressed
});

try { current = sessionStorage.getItem(CURRENT); } catch { /* none then */ }
const before = current && read().find((c) => c.talk === current);
if (before) trigger('restore', { conversation: before });
draw();
