// Runs once for the questions on an empty page.
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-ask]');
  if (button) trigger('again', { question: button.dataset.ask });
});
