// Runs once for the table of articles.
element.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-article]');
  if (opener) trigger('pick', { article: opener.dataset.article });
  const head = event.target.closest('[data-sort]');
  if (head) trigger('order', { column: head.dataset.sort });
});
