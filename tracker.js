// Sandprint's tracker: the visitor's side.
//
// The server sends each site only the blocks that the site uses. tools/tracker makes one minified file per combination of
// the switches below (static/tracker/), and app/collect fills in the names in capitals between dollar signs: $SITE$ the
// site's domain, $BASE$ the collector's address, $REFUSE$, $COUNT$ and $KEYS$ its rules. What leaves the browser, when, and
// what never does, is written in docs/tracker.md.
//
// Switches, set when the file is made: COOKIE (first-party cookie), CONSENT (no cookie before consent), EARLY (counted without one until then,
// else not at all), LINKS (outbound links and downloads), FORMS (form submissions). The owner's check of a page is a file of its
// own, of the blocks core, what a page allows, and check (CHECK).

// --- block: core ---------------------------------------------------------------------------------------------------

const doc = document, nav = navigator, place = location;
const endpoint = new URL('../e', (doc.currentScript || {}).src || '$BASE$/js/'); // the collector may sit behind any path

// safe returns f such that it never throws: a tracker's fault must not become the page's.
const safe = (f) => (...args) => { try { return f(...args); } catch {} };

// random returns 17 random characters, 88 bits.
const random = () => crypto.getRandomValues(new Uint8Array(17)).reduce((s, byte) => s + (byte % 36).toString(36), '');

// The page view that is going on.
let id;            // its id; none before the first, and on pages that send nothing
let key;           // its address with the allowed query keys only
let url;           // what is sent of it
let kind = 'load'; // how the next one comes about
let seq;           // number of the last engage hit or event

// --- block: sending ------------------------------------------------------------------------------------------------

// One request at a time. Hits that come meanwhile wait, at most 32 and 5,000 characters (so at most 15 KB of UTF-8), and go
// as one body. Nothing is kept on the device.
let queue = [], busy, tries = 0, retry;

// send posts the queue. When the page is being left, a request that still hangs is called off and its hits go again together
// with the new ones: the server knows them by page view and number and counts them once.
const send = safe((leaving) => {
  if (!queue[0] || busy && !leaving) return;
  clearTimeout(retry);
  busy && busy.abort();
  const mine = busy = new AbortController(), count = queue.length;
  fetch(endpoint, { method: 'POST', body: `[${queue}]`, keepalive: true, credentials: 'omit', signal: mine.signal })
    .then((answer) => /429|503/.test(answer.status), () => 1)
    .then((failed) => {
      if (busy != mine) return;
      if (failed && tries < 3) {
        retry = setTimeout(send, 2e3 << 2 * tries++, 1); // after 2, 8 and 32 s
      } else {
        queue.splice(0, count);
        busy = tries = 0;
        send();
      }
    });
});

const post = (hit, leaving) => {
  const text = JSON.stringify({ s: '$SITE$', ...hit });
  queue[31] || (queue + text)[5e3] || queue.push(text);
  send(leaving);
};

// --- block: what a page allows -------------------------------------------------------------------------------------

// off says whether the visitor wants not to be counted, or the owner has left this browser out.
const off = safe(() => localStorage.sp_off);

// level says what may be sent of this page now: 0 nothing, 1 that its path was seen, 3 all. Fields in a header, footer or
// sidebar (a newsletter's) do not lower a page to 1; a password field lowers it to 0 anywhere, seen or hidden. What the page
// marks with data-sp-safe, a field, a form or more, lowers nothing.
const level = () => {
  let l = top != self || nav.webdriver || off() || /$REFUSE$/.test(place.hostname + place.pathname)
    || CONSENT && !EARLY && !agreed && !cookie() ? 0 : /$COUNT$/i.test(place.pathname) ? 1 : 3;
  for (const field of doc.querySelectorAll('input,select,textarea,[name=sandprint]')) {
    const is = field.closest('[data-sp-safe]') ? '' : field.type + field.autocomplete + field.content; // a field has no content, a meta tag nothing else
    if (/password|cc-|one-time|off$/.test(is)) {
      l = 0;
      if (CHECK) found.push(field);
    }
    if (/count$/.test(is) || /tel|email|name|address|bday/.test(is) && field.offsetWidth && !field.closest('header,footer,nav,aside')) {
      l &= 1;
      if (CHECK) found.push(field);
    }
  }
  return l;
};

// address returns the page's address without its fragment and without the query keys that the site does not allow. Of a click
// id only its presence is kept.
const address = () => {
  const pairs = place.search.match(/(^\?|&)($KEYS$)=[^&]*|$/g); // the end matches too, so there is always one
  return place.origin + place.pathname + pairs.join('').replace(/^&/, '?').replace(/(cl\w*id=)[^&]+/g, '$11');
};

// --- block: cookie -------------------------------------------------------------------------------------------------

let agreed;

// cookie returns the value of _sp: 18 characters, the first of which says whether it was made after consent (y) or without asking (c), the
// others random, and the day of birth. One made without asking is none where the site asks now.
const cookie = () => doc.cookie.match(CONSENT ? /\b_sp=(y\w{17}\.\d{5})|$/ : /\b_sp=(\w{18}\.\d{5})|$/)[1];
const setCookie = (value, age) => {
  doc.cookie = '_sp=' + value + ';path=/;samesite=lax;max-age=' + age + (place.protocol > 'http:' ? ';secure' : '');
};

// visitor returns the cookie's value, and makes the cookie when there is none and may be one. It lives 13 months from now and is
// never renewed. Where the browser keeps no cookies, or the visitor objects to being linked, there is no value.
const visitor = () => {
  if (nav.globalPrivacyControl || nav.doNotTrack > 0) return;
  cookie() || CONSENT && !agreed || setCookie((CONSENT ? 'y' : 'c') + random() + '.' + (Date.now() / 864e5 | 0), 34128e3); // 395 days
  return cookie();
};

// forget tells the server what the visitor decided, with the cookie's value for the last time, and removes the cookie. It does not wait
// for a request under way: the page may be left at once, and then the wish would be lost.
const forget = (name) => {
  flush();
  const value = cookie();
  if (value) post({ n: name, v: value }, 1);
  setCookie('', 0);
};

// --- block: hits ---------------------------------------------------------------------------------------------------

const hit = (name, fields, least, leaving) => {
  id && level() >= least && post({ n: name, i: id, u: url, v: COOKIE ? visitor() : void 0, ...fields }, leaving);
};

// view counts a page view, unless the page is not on screen (in a background tab, being prerendered) or was counted already.
const view = () => {
  const now = address();
  if (doc.hidden || now == key) return;
  key = now;
  id = 0;
  const may = level(), referrer = doc.referrer;
  if (may) {
    id = random();
    url = may > 1 ? key : place.origin + place.pathname;
    tick();
    engaged -= flushed;
    seq = sent = flushed = 0;
    sentDepth = depth = bottom();
    hit('pageview', {
      k: kind, l: nav.language, w: innerWidth, h: innerHeight,
      t: may > 1 ? doc.title : '',
      r: kind == 'load' && referrer.indexOf(place.origin + '/') ? referrer.split(/[?#]/)[0] : '',
    }, 1);
    kind = 'spa';
  }
  shown = 1;
  drain();
};

// --- block: engagement ---------------------------------------------------------------------------------------------

let engaged = 0, flushed = 0, sent, active, last, timer; // milliseconds
let depth, sentDepth;                                    // rows of pixels

const bottom = () => scrollY + innerHeight | 0;

// tick adds the time since the last call if the page was visible and had the focus. Asleep, a machine adds 2 s at most.
const tick = safe(() => {
  const now = performance.now();
  if (active) engaged += Math.min(now - last, 2e3);
  last = now;
  clearTimeout(timer);
  active = !doc.hidden && doc.hasFocus();
  if (active) timer = setTimeout(tick, 1e3);
  depth = Math.max(depth, bottom());
});

const flush = (leaving) => {
  tick();
  flushed = engaged;
  if (engaged - sent >= 500 || depth > sentDepth) {
    sent = engaged;
    sentDepth = depth;
    hit('engage', { e: engaged | 0, d: depth, H: doc.documentElement.scrollHeight, q: ++seq }, 1, leaving);
  }
};

const on = (types, f) => types.split(' ').map((type) => addEventListener(type, safe(f), 1));

on('focus blur scroll', tick);
on('visibilitychange pagehide', () => { doc.hidden ? flush(1) : (tick(), view()); });
on('pageshow', (event) => {
  if (event.persisted) {
    kind = 'restore';
    key = 0;
    view();
  }
});

// --- block: routes -------------------------------------------------------------------------------------------------

let routing;

// route takes note of a change of the address without a new document. Several within 100 ms are one.
const route = safe(() => {
  address() != key && flush();
  clearTimeout(routing);
  routing = setTimeout(safe(view), 100);
});

if (self.NavigateEvent) navigation.addEventListener('currententrychange', route);
else {
  on('popstate', route);
  for (const name of ['pushState', 'replaceState']) {
    const old = history[name];
    history[name] = (...args) => {
      old.apply(history, args);
      route();
    };
  }
}

// --- block: events -------------------------------------------------------------------------------------------------

const event = (name, options, least = 2) => {
  const { props, revenue } = options || {}, p = {};
  for (const k of Object.keys(props || {}).slice(0, 30)) p[k] = ('' + props[k]).slice(0, 300);
  hit(('' + name).slice(0, 120), { q: ++seq, p, $: revenue && { a: Math.round(revenue.amount), c: revenue.currency } }, least);
};

const commands = {
  event,
  page() {
    flush();
    key = 0;
    view();
  },
  show() { // the privacy page takes the value from behind the #, which no server is told
    open(endpoint + '/../privacy/$SITE$#' + (off() ? 'sp-off' : COOKIE ? cookie() || '' : ''));
  },
  optout() {
    if (COOKIE) forget(':optout');
    else flush();
    localStorage.sp_off = 1;
  },
  optin() {
    localStorage.sp_off = '';
    key = 0;
    view();
  },
};

// --- block: erasure ------------------------------------------------------------------------------------------------

if (COOKIE) commands.erase = () => forget(':erase');

// --- block: consent ------------------------------------------------------------------------------------------------

// Only true is a consent: a banner that passes 'false', as texts are true in JavaScript, has none given.
if (CONSENT) commands.consent = (yes) => {
  if (yes === true) {
    cookie() || (agreed = 1, visitor()) && post({ n: ':consent', v: cookie() });
    if (EARLY) flush(); // so that the server knows whose visit this is, should nothing else come of it
    id || (key = 0, view());
  } else {
    agreed = id = forget(':withdraw'); // nothing
  }
};

// --- block: links --------------------------------------------------------------------------------------------------

// Of a link's target only host and path are told. Sub-domains of the site are inside.
if (LINKS) on('click auxclick', ({ target, button }) => {
  const a = target.closest('a[href]');
  if (!a || !a.host || button > 1) return;
  const file = /\.(pdf|zip|gz|7z|rar|dmg|exe|msi|apk|deb|rpm|iso|csv|xlsx?|docx?|pptx?|epub|mp[34])$/i.test(a.pathname);
  if (file || a.host != place.host && !('.' + a.host).endsWith('.$SITE$')) {
    event(file ? 'File Download' : 'Outbound Link: Click', { props: { url: a.host + a.pathname } });
  }
});

// --- block: forms --------------------------------------------------------------------------------------------------

// A form's submission tells the page's path and nothing of the form, so it may go at level 1 too: the owner asked for it.
if (FORMS) on('submit', () => event('Form: Submission', { props: { path: place.pathname } }, 1));

// --- block: start --------------------------------------------------------------------------------------------------

// What the page asked for before this file came, and before the page was first seen, waits.
let calls = (self.sandprint || {}).q || [], shown;

const drain = safe(() => {
  for (const call of calls.splice(0)) {
    const [name, ...args] = call;
    shown || name != 'event' ? safe(commands[name])(...args) : calls.push(call);
  }
});

self.sandprint = (...call) => {
  calls[31] || calls.push(call);
  drain();
};

// A cookie of a time when the site counted by cookie, or did so without asking, goes.
if (!COOKIE || CONSENT && !cookie()) safe(setCookie)('', 0);

// An address that ends with #sp-off opts out, #sp-on takes it back: so owners say which browsers are theirs. The privacy page, where this
// leads, says that it is done. Other addresses have no such end, which ends it.
safe(() => {
  ({ '#sp-off': commands.optout, '#sp-on': commands.optin })[place.hash]();
  place.replace(endpoint + '/../privacy/$SITE$' + place.hash);
})();
safe(view)();
drain();

// --- block: check --------------------------------------------------------------------------------------------------

// Instead of the tracker, on a page that was opened with #sp-check: what it would decide, for the owner to see. Nothing is sent, and the
// result goes to the site's page in Sandprint behind the #, which no server is told.
const found = []; // fields and meta tags that lower the level

const check = () => {
  const allowed = level();
  const refused = (place.hostname + place.pathname).match(/$REFUSE$/); // this machine, by its name and a slash; or a path of the owner's, whole
  const told = {
    page: place.pathname,
    title: doc.title.slice(0, 200),
    level: allowed,
    rules: [
      off() && 'off',
      refused && (/^(localhost|127[.\d]+|\[::1]|)$/.test(place.hostname) && refused[0] == place.hostname + '/' ? 'local' : 'refused'),
      /$COUNT$/i.test(place.pathname) && 'path',
    ].filter(Boolean),
    fields: [...new Set(found)].slice(0, 10).map((field) => [field.content || field.type, field.autocomplete, field.name || field.id]),
    links: [...new Set([...doc.links].filter((a) => a.host == place.host && !a.search).map((a) => a.pathname))].slice(0, 100),
  };
  place.replace('$BASE$/sites/$SITE$/check#' + encodeURIComponent(JSON.stringify(told)));
};

const soon = () => setTimeout(check, 700); // forms that the page makes itself have come by then
doc.readyState == 'complete' ? soon() : addEventListener('load', soon);
