// The check of a site's pages: this tab goes to each page with #sp-check at the end, where the check that the tracker's address serves looks at
// the page and comes back here with what it found behind the "#", which no server is told. What is still to do lies in this tab's storage until then.
const form = document.querySelector('[data-check]');
const key = 'check ' + form.dataset.check;
const state = JSON.parse(sessionStorage.getItem(key)) || { todo: [], done: [] };
const keep = () => sessionStorage.setItem(key, JSON.stringify(state));
const word = (name) => document.querySelector(`[data-word="${CSS.escape(name)}"]`).textContent;
const most = 40;

// next goes to the page that is next, if there is one.
const next = () => {
  state.now = state.todo.shift();
  keep();
  if (state.now) location.assign(new URL(state.now, state.address) + '#sp-check');
};

// why says in words what lowers a page.
const why = ({ rules = [], fields = [], lost }) => [
  ...(lost ? [word('lost')] : []),
  ...rules.map((rule) => word(rule)),
  ...fields.map((field) => word('field') + ': ' + field.filter(Boolean).join(' ')),
].join('; ');

// names asks the server, which keeps nothing of it, what of the paths and titles that would be sent looks personal, and says so in the rows.
const names = async (rows) => {
  const asked = new URLSearchParams();
  for (const { page, title, level } of state.done) {
    if (!level) continue;
    asked.append('page', page);
    asked.append('title', level > 1 && title || '');
  }
  const answer = await fetch(location.pathname, { method: 'POST', body: asked });
  if (!answer.ok) return;
  for (const { page, path, title } of await answer.json()) {
    const says = [path && word('path-of') + ' ' + path, title && word('title-of') + ' ' + title].filter(Boolean);
    const cell = rows.get(page).cells[2];
    cell.textContent = [cell.textContent, ...says].filter(Boolean).join('; ');
  }
};

const show = () => {
  const box = document.querySelector('[data-result]'), sum = box.querySelector('[data-sum]');
  const count = (level) => state.done.filter((page) => page.level === level).length;
  const numbers = [count(0), state.done.length, count(1)];
  sum.textContent = sum.dataset.sum.replace(/%s/g, () => numbers.shift());
  const rows = new Map();
  for (const page of [...state.done].sort((a, b) => (a.level ?? -1) - (b.level ?? -1))) {
    const row = box.querySelector('tbody').insertRow();
    for (const text of [page.page, page.lost ? '–' : word(String(page.level)), why(page)]) row.insertCell().textContent = text;
    rows.set(page.page, row);
  }
  names(rows);
  const known = new Set(state.done.map((page) => page.page));
  const links = [...new Set(state.done.flatMap((page) => page.links || []))].filter((path) => !known.has(path)).sort().slice(0, most);
  const more = box.querySelector('[data-links]');
  more.hidden = !links.length;
  for (const path of links) more.querySelector('ul').appendChild(document.createElement('li')).textContent = path;
  more.querySelector('button').onclick = () => { form.elements.pages.value = links.join('\n'); form.scrollIntoView(); };
  const on = box.querySelector('[data-on]');
  on.hidden = !state.todo.length;
  on.onclick = next;
  box.querySelector('[data-anew]').onclick = () => { sessionStorage.removeItem(key); location.reload(); };
  box.hidden = false;
};

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const done = new Set(state.done.map((page) => page.page));
  state.address = form.elements.address.value;
  state.todo = [...new Set(form.elements.pages.value.split('\n').map((line) => line.trim()).filter((line) => /^\/(?!\/)/.test(line) && !done.has(line)))].slice(0, most);
  if (state.todo.length) next();
});

// What a page has told. Anybody can write something behind the "#": only its form is believed, and it is shown as text.
const told = () => {
  try {
    const { page, title = '', level, rules, fields, links } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
    const texts = (list) => list.filter((text) => typeof text == 'string').map((text) => text.slice(0, 200));
    if (typeof page != 'string' || ![0, 1, 3].includes(level)) return;
    return { page: page.slice(0, 500), title: String(title).slice(0, 200), level, rules: texts(rules).filter((rule) => ['off', 'refused', 'local', 'path'].includes(rule)), fields: fields.map(texts), links: texts(links) };
  } catch {}
};

const page = location.hash && told();
if (location.hash) history.replaceState(null, '', location.pathname);
if (page) state.done.push(page);
else if (state.now) state.done.push({ page: state.now, lost: true });
delete state.now;
keep();
if (page && state.todo.length) next();
else if (state.done.length) show();
if (state.address) form.elements.address.value = state.address;

// Back from a page that has no tracker, by the browser's button: this page may be as it was left.
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
