// The visitor's page: takes the cookie's value from the address, where the site's own page has put it behind the "#", which
// no server is told.
const value = /^#(\w+\.\d+)$/.exec(location.hash);
const field = document.querySelector('[data-visitor] input[name=v]');
if (value) {
  if (field) field.value = value[1]; // a page that the owner hides has none
  history.replaceState(null, '', location.pathname);
}
