// Runs once. A folder that is dropped onto the upload box is walked here and handed to the button
// that takes whole folders, so that the server sees, limits and refuses the same as ever.
const MOST = 501; // one more than the server takes at once: it refuses then, and says so

// readEntries gives at most some hundred at a time, and nothing at the end.
const readAll = async (folder) => {
  const reader = folder.createReader(), all = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return all;
    all.push(...some);
  }
};
async function walk(entries, files) {
  for (const entry of entries) {
    if (files.length >= MOST) return;
    if (entry.name.startsWith('.')) continue; // hidden, as when a folder is indexed
    if (entry.isDirectory) await walk(await readAll(entry), files);
    else files.push(await new Promise((done, failed) => entry.file(done, failed)));
  }
}

async function give(entries) {
  const input = document.querySelector('#folder').parentElement.querySelector('input[type=file]');
  const files = [], carried = new DataTransfer();
  try { await walk(entries, files); } catch { /* what can be read, then */ }
  for (const file of files) carried.items.add(file);
  if (!carried.files.length) return;
  input.files = carried.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

document.addEventListener('drop', (event) => {
  if (!event.target.closest('#upload')) {
    // A file that misses the box would replace the page.
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    return;
  }
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return; // files alone are Gradio's business
  event.preventDefault();
  event.stopImmediatePropagation();
  document.querySelector('#upload .wrap')?.dispatchEvent(new DragEvent('dragleave', { bubbles: true }));
  give(entries);
}, true);
document.addEventListener('dragover', (event) => {
  if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
}, true);
