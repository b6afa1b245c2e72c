// A page that shows how far something is loads again after data-again-in seconds, as a browser without JavaScript does.
const page = document.querySelector("[data-again-in]")
if (page) setTimeout(() => location.reload(), 1000 * page.dataset.againIn)
