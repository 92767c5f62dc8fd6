// The locator engine: it finds what a step names, waits until a person could
// act on it, and says in words why not.
//
// It runs in each document in a world of its own: it shares the document with
// the page's scripts and nothing else, so a page can neither break nor read it.
// tab.go puts it there before any script of the page, and world.go calls
// what is made known at the end.
//
// An answer is {miss: "the last reason"} or what the call is for.
(() => {
  'use strict';

  // How long, in ms, to go without a look at what no event reports: a value
  // that a script sets, a rule that changes in a style sheet.
  const TICK = 100;

  // How long, in ms, two elements may match one locator before it is an error:
  // pages show the old and the new one for a moment.
  const AMBIGUOUS = 500;

  // Animations end at once. They do take place, so that pages which wait for
  // their end go on.
  const calm = new CSSStyleSheet();
  calm.replaceSync(`*, *::before, *::after {
    animation-duration: 1ms !important; animation-delay: 0s !important; animation-iteration-count: 1 !important;
    transition-duration: 1ms !important; transition-delay: 0s !important; scroll-behavior: auto !important }`);
  document.adoptedStyleSheets.push(calm);

  // ---- The document and the trees inside it

  // trees are the document, its open shadow trees and the documents of its
  // frames of the same origin, all the way down.
  function trees() {
    const found = [document];
    for (const tree of found) { // grows while it is walked
      for (const e of tree.querySelectorAll('*')) {
        const inner = e.shadowRoot || documentIn(e);
        if (inner) found.push(inner);
      }
    }
    return found;
  }

  const isFrame = e => e.localName === 'iframe' || e.localName === 'frame';
  const documentIn = e => isFrame(e) ? e.contentDocument : null; // null for another origin

  const every = selector => trees().flatMap(tree => [...tree.querySelectorAll(selector)]);

  // parent is the next node outwards as it is shown: through slots, shadow
  // trees and frames.
  const parent = n => n.assignedSlot || n.parentNode || n.host || n.defaultView?.frameElement || null;

  function inside(node, e) {
    for (let n = node; n; n = parent(n)) if (n === e) return true;
    return false;
  }

  function visible(e) {
    const box = e.getBoundingClientRect();
    if (box.width <= 0 || box.height <= 0 || !e.checkVisibility({visibilityProperty: true})) return false;
    const frame = e.ownerDocument.defaultView?.frameElement;
    return !frame || visible(frame);
  }

  // ---- Words

  const fold = s => (s || '').replace(/\s+/g, ' ').trim();
  const plain = s => fold(s).toLowerCase();
  const same = (a, b) => plain(a) === plain(b);

  // unmarked is a label without what forms put behind it: "Matter *:".
  const unmarked = s => plain(s).replace(/[\s*:]+$/, '');

  const FIELD = new Set(['input', 'select', 'textarea']);
  const PUSH = new Set(['button', 'submit', 'reset', 'image']);

  // caption is the text of a node as it is read out: without what is hidden
  // and without what fields hold, with the words that stand for pictures.
  function caption(node, hiddenToo) {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE || FIELD.has(node.localName)) return '';
    if (!hiddenToo && !node.checkVisibility({visibilityProperty: true})) return '';
    if (node.getAttribute('aria-label')) return node.getAttribute('aria-label');
    if (node.localName === 'img') return node.alt;
    const text = [...node.childNodes].map(n => caption(n, hiddenToo)).join('');
    return getComputedStyle(node).display.startsWith('inline') ? text : ` ${text} `;
  }

  const labels = e => [...(e.labels || [])];

  // referred is the text of the elements that an attribute names by id.
  function referred(e, attribute) {
    const ids = fold(e.getAttribute(attribute)).split(' ').filter(Boolean);
    return fold(ids.map(id => e.getRootNode().getElementById(id)).filter(Boolean)
      .map(other => FIELD.has(other.localName) ? other.value : caption(other, true)).join(' '));
  }

  // nameOf is the accessible name, as far as locators need it.
  // See https://www.w3.org/TR/accname-1.2/#computation-steps.
  function nameOf(e) {
    const given = referred(e, 'aria-labelledby') || fold(e.getAttribute('aria-label')) ||
      fold(labels(e).map(l => caption(l)).join(' '));
    if (given) return given;
    if (e.localName === 'input' && PUSH.has(e.type)) {
      return fold(e.value || e.alt || e.title || {submit: 'Submit', reset: 'Reset'}[e.type]);
    }
    if (FIELD.has(e.localName)) return fold(e.title || e.placeholder);
    if (e.localName === 'fieldset') return fold(caption(e.querySelector('legend') || e));
    return fold(caption(e)) || fold(e.title);
  }

  const ROLES = {
    article: 'article', aside: 'complementary', button: 'button', datalist: 'listbox', dialog: 'dialog',
    fieldset: 'group', form: 'form', h1: 'heading', h2: 'heading', h3: 'heading', h4: 'heading', h5: 'heading',
    h6: 'heading', hr: 'separator', img: 'img', li: 'listitem', main: 'main', nav: 'navigation', ol: 'list',
    option: 'option', output: 'status', p: 'paragraph', progress: 'progressbar', summary: 'button', table: 'table',
    tbody: 'rowgroup', td: 'cell', textarea: 'textbox', tfoot: 'rowgroup', th: 'columnheader', thead: 'rowgroup',
    tr: 'row', ul: 'list',
  };
  const INPUT_ROLES = {
    button: 'button', checkbox: 'checkbox', file: 'button', image: 'button', number: 'spinbutton', radio: 'radio',
    range: 'slider', reset: 'button', search: 'searchbox', submit: 'button',
  };

  // roleOf is the ARIA role. See https://www.w3.org/TR/html-aam-1.0/.
  function roleOf(e) {
    const given = fold(e.getAttribute('role')).split(' ')[0];
    if (given) return given;
    switch (e.localName) {
      case 'a': return e.hasAttribute('href') ? 'link' : '';
      case 'select': return e.multiple || e.size > 1 ? 'listbox' : 'combobox';
      case 'input': return INPUT_ROLES[e.type] || 'textbox';
      default: return ROLES[e.localName] || '';
    }
  }

  // words are what an element shows: its text, or what a field holds. What a
  // password field holds is nobody's business.
  function words(e) {
    if (e.localName === 'select') return fold([...e.selectedOptions].map(o => o.label).join(' '));
    if (FIELD.has(e.localName)) return e.type === 'password' ? '' : fold(e.value);
    return fold(e.innerText ?? e.textContent);
  }

  // describe names an element in an error: <div class="overlay">.
  function describe(e) {
    if (!e) return 'nothing';
    const mark = ['id', 'class', 'name', 'type'].find(a => e.getAttribute(a));
    return `<${e.localName}${mark ? ` ${mark}="${fold(e.getAttribute(mark)).slice(0, 60)}"` : ''}>`;
  }

  // distinguish is describe with some text, for elements that are much alike.
  function distinguish(e) {
    const text = FIELD.has(e.localName) ? nameOf(e) : fold(e.textContent);
    return describe(e) + (text ? ` "${text.slice(0, 40)}"` : '');
  }

  // ---- Locating

  const LABELLED = 'input, select, textarea, button, output, meter, progress, [contenteditable], [role]';

  // matches are the elements that a locator names; see page.Locator.
  function matches(l) {
    if (l.role) return every('*').filter(e => roleOf(e) === l.role && !hiddenFromReaders(e) && (!l.name || same(nameOf(e), l.name)));
    if (l.label) {
      const want = unmarked(l.label);
      return every(LABELLED).filter(e => [...labels(e).map(x => caption(x)), referred(e, 'aria-labelledby'),
        e.getAttribute('aria-label')].some(text => text && unmarked(text) === want));
    }
    if (l.text) {
      const want = plain(l.text);
      const holds = e => plain(e.localName === 'input' && PUSH.has(e.type) ? e.value : e.textContent) === want;
      return every('body, body *').filter(e => holds(e) && ![...e.children].some(holds));
    }
    if (l.testid) return every(`[data-testid="${CSS.escape(l.testid)}"]`);
    return every(l.css);
  }

  function hiddenFromReaders(e) {
    for (let n = e; n; n = parent(n)) if (n.ariaHidden === 'true') return true;
    return false;
  }

  // pick finds the one element that a locator names: {e}, or {why}.
  function pick(l, hiddenToo) {
    let all;
    try {
      all = matches(l);
    } catch (err) {
      return {why: `${l.css} is not a CSS selector`, hopeless: true};
    }
    const shown = hiddenToo ? all : all.filter(e => visible(e) || labels(e).some(visible));
    if (shown.length === 1) return {e: shown[0]};
    if (shown.length > 1) {
      const more = shown.length > 2 ? ` and ${shown.length - 2} more` : '';
      return {why: `${shown.length} elements match: ${distinguish(shown[0])} and ${distinguish(shown[1])}${more}`, ambiguous: true};
    }
    if (all.length > 0) return {why: `${describe(all[0])} is there but cannot be seen`};
    const closed = every('iframe, frame').find(f => !f.contentDocument && visible(f));
    return {why: 'nothing on the page matches' + (closed ? `; ${describe(closed)} belongs to another site and was not searched` : '')};
  }

  // ---- Waiting

  const EVENTS = ['input', 'change', 'load', 'scroll', 'resize', 'hashchange', 'popstate', 'toggle', 'animationend', 'transitionend'];

  // changed resolves when the page may look different, after limit ms at most.
  function changed(limit) {
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(timer);
        observer.disconnect();
        for (const type of EVENTS) removeEventListener(type, done, true);
        resolve();
      };
      const timer = setTimeout(done, Math.min(TICK, Math.max(limit, 0)));
      const observer = new MutationObserver(done);
      for (const tree of trees()) {
        observer.observe(tree, {subtree: true, childList: true, attributes: true, characterData: true});
      }
      for (const type of EVENTS) addEventListener(type, done, true);
    });
  }

  // frame resolves at the next frame. A hidden page has none, so there is an end
  // to it, long enough for the frames of a busy machine.
  const frame = () => new Promise(resolve => {
    requestAnimationFrame(resolve);
    setTimeout(resolve, 1000);
  });

  // until asks look again and again until it answers without a why, or for ms.
  async function until(look, ms) {
    const end = performance.now() + ms;
    let ambiguous = 0;
    for (let n = 0; ; n++) {
      const answer = await look(n);
      if (!answer.why) return answer;
      const now = performance.now();
      ambiguous = answer.ambiguous ? ambiguous || now : 0;
      if (now >= end || answer.hopeless || ambiguous && now - ambiguous > AMBIGUOUS) return {miss: answer.why};
      await changed(end - now);
    }
  }

  // ---- Acting

  let held = null; // the element that the last act was about

  // locate waits until the element is there, seen or not.
  const locate = (l, ms) => until(() => {
    const {e, ...not} = pick(l, true);
    held = fileField(e);
    return e ? (held ? {} : {why: `${describe(e)} is not a field for files`}) : not;
  }, ms);

  // fileField is the file field that an element is, labels, or holds.
  function fileField(e) {
    const isOne = x => x?.localName === 'input' && x.type === 'file';
    if (!e || isOne(e)) return e;
    if (isOne(e.control)) return e.control;
    const within = e.querySelectorAll('input[type=file]');
    return within.length === 1 ? within[0] : null;
  }

  // usable finds the element and says whether a person could act on it.
  function usable(l) {
    const {e, ...not} = pick(l);
    if (!e) return not;
    if (e.matches(':disabled') || e.closest('[aria-disabled="true"]')) return {why: `${describe(e)} is disabled`};
    return {e};
  }

  // aim waits until the element can be clicked and tells the point to click.
  const aim = (l, ms) => until(async n => {
    const {e, ...not} = usable(l);
    if (!e) return not;
    const face = visible(e) ? e : labels(e).find(visible); // a label stands in for a hidden field
    reveal(face, n);
    const before = boxOf(face);
    await frame();
    await frame();
    const box = boxOf(face);
    if (!face.isConnected) return {why: `${describe(face)} was replaced`};
    if (['x', 'y', 'width', 'height'].some(k => Math.abs(box[k] - before[k]) > 0.5)) return {why: `${describe(face)} is moving`};
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return {why: `${describe(face)} cannot be scrolled into view`};
    const hit = at(x, y);
    if (!hits(hit, e)) return {why: `${describe(outermost(hit, face))} covers ${describe(face)}`};
    held = e;
    expect(e);
    return {x, y};
  }, ms);

  // reveal scrolls an element into view; another place at each try, since what
  // sticks to an edge of the window may cover it.
  function reveal(e, n) {
    const block = ['center', 'end', 'start'][n % 3];
    const box = boxOf(e);
    const seen = box.x >= 0 && box.y >= 0 && box.x + box.width <= innerWidth && box.y + box.height <= innerHeight;
    if (n > 0 || !seen) e.scrollIntoView({block, inline: 'nearest'});
  }

  // boxOf is the first box of an element, in the window of the whole page.
  function boxOf(e) {
    const {x, y, width, height} = [...e.getClientRects()].find(r => r.width > 0 && r.height > 0) || e.getBoundingClientRect();
    const box = {x, y, width, height};
    for (let f = e.ownerDocument.defaultView?.frameElement; f; f = f.ownerDocument.defaultView?.frameElement) {
      const origin = contentOrigin(f);
      box.x += origin.x;
      box.y += origin.y;
    }
    return box;
  }

  // contentOrigin is where the document in a frame begins.
  function contentOrigin(f) {
    const box = f.getBoundingClientRect(), style = getComputedStyle(f);
    return {x: box.x + f.clientLeft + parseFloat(style.paddingLeft), y: box.y + f.clientTop + parseFloat(style.paddingTop)};
  }

  // at is the innermost element at a point of the page's window.
  function at(x, y) {
    let tree = document, e = null;
    for (;;) {
      // A shadow tree may answer with its host, for text that the host lends it.
      const next = tree.elementsFromPoint(x, y).find(n => n.getRootNode() === tree);
      if (!next) return e;
      e = next;
      tree = e.shadowRoot || documentIn(e);
      if (!tree) return e;
      if (isFrame(e)) {
        const origin = contentOrigin(e);
        x -= origin.x;
        y -= origin.y;
      }
    }
  }

  const hits = (hit, e) => inside(hit, e) || labels(e).some(l => inside(hit, l));

  // outermost is the part of the page that hit belongs to and e does not, as
  // far out as it has a name: the overlay rather than the spinner on it.
  function outermost(hit, e) {
    let named = hit;
    for (let n = hit; n && !inside(e, n); n = parent(n)) if (n.id || n.className) named = n;
    return named;
  }

  // A press of the mouse arrives a moment after the look that told its point.
  // expect watches what it really meets. A press on anything else is kept from
  // the page; after a good one the element may go, since some act on the press.
  let press = null;
  function expect(e) {
    press = {e, end: performance.now() + 1000, astray: false, met: null};
    for (let w = e.ownerDocument.defaultView; w; w = w.frameElement ? w.parent : null) {
      for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) w.addEventListener(type, meet, true);
    }
  }
  function meet(event) {
    if (!press || !event.isTrusted || performance.now() > press.end) return;
    const met = event.composedPath()[0], good = hits(met, press.e);
    if (event.type.endsWith('down') && !good) press.astray = true;
    if (!good && (press.astray || press.e.isConnected && visible(press.e))) press.met ??= met;
    if (!press.astray) return;
    event.stopImmediatePropagation();
    event.preventDefault();
  }

  // met says whether the press, from its beginning to its end, met its element.
  function met() {
    if (!press?.met) return {};
    const {e, met: other} = press;
    const how = inside(e, other) ? `${describe(e)} moved away` : `${describe(outermost(other, e))} came over ${describe(e)}`;
    return {miss: how + ' in the moment of the click'};
  }

  // enter waits until the field can be written to and takes the focus. Fields
  // that are more than a line of text are set right away, the others are ready
  // for the text to be typed in place of theirs.
  const SET = new Set(['date', 'datetime-local', 'month', 'week', 'time', 'color', 'range']);
  const enter = (l, value, ms) => until(() => {
    const {e, ...not} = usable(l);
    if (!e) return not;
    const typed = e.localName === 'textarea' || e.isContentEditable || e.localName === 'input' && !SET.has(e.type);
    if (!typed && !SET.has(e.type) || ['checkbox', 'radio', 'file'].includes(e.type) || PUSH.has(e.type)) {
      return {why: `${describe(e)} is not a field for text`, hopeless: true};
    }
    if (e.readOnly) return {why: `${describe(e)} is read-only`};
    e.scrollIntoView({block: 'nearest'});
    e.focus();
    if (e.getRootNode().activeElement !== e) return {why: `${describe(e)} does not take the focus`};
    held = e;
    if (!typed || value === '') {
      put(e, value);
      return {set: true};
    }
    if (e.isContentEditable) e.ownerDocument.getSelection().selectAllChildren(e);
    else e.select();
    return {set: false};
  }, ms);

  function put(e, value) {
    if (e.isContentEditable) e.textContent = value;
    else e.value = value;
    tell(e);
  }

  function tell(e) {
    e.dispatchEvent(new InputEvent('input', {bubbles: true, composed: true}));
    e.dispatchEvent(new Event('change', {bubbles: true}));
  }

  // leave takes the focus away, at which pages check and reformat, and tells
  // what the field holds then. In a document that has replaced the field's, the
  // field is found anew.
  const leave = (l, ms) => until(async () => {
    const e = held?.isConnected ? held : pick(l).e;
    if (!e) return {why: 'the field is gone'};
    e.blur();
    await Promise.resolve();
    return {value: e.isContentEditable ? e.textContent : e.value};
  }, ms);

  // choose waits for the option and picks it. The page is told even where it was
  // chosen before: some wait for that, and a list's first option always is.
  const choose = (l, option, ms) => until(() => {
    const {e, ...not} = usable(l);
    if (!e) return not;
    if (e.localName !== 'select') return {why: `${describe(e)} is not a list to choose from`, hopeless: true};
    const all = [...e.options];
    const byText = all.filter(o => same(o.label, option));
    const found = byText.length ? byText : all.filter(o => o.value === option);
    if (found.length === 0) return {why: `${describe(e)} has no such option`};
    if (found.length > 1) return {why: `${found.length} options of ${describe(e)} match`, ambiguous: true};
    if (found[0].disabled || found[0].closest('optgroup')?.disabled) return {why: 'the option is disabled'};
    e.focus();
    found[0].selected = true;
    tell(e);
    return {kept: found[0].selected};
  }, ms);

  const element = () => held;
  const files = () => [...held.files].map(f => ({name: f.name, size: f.size}));

  // ---- Reading

  // see waits for the first of probes, in their order, that sees something.
  const see = (probes, ms) => until(() => {
    for (let i = 0; i < probes.length; i++) {
      const text = look(probes[i]);
      if (text !== null) return {index: i, text};
    }
    return {why: 'none of the signs is on the page'};
  }, ms);

  function look({css, js, path}) {
    if (path) return location.pathname.startsWith(path) ? location.pathname : null;
    const shown = every(css).filter(visible);
    if (!js) return shown.length ? words(shown[0]) : null;
    for (const e of shown) {
      const found = new RegExp(js, 'u').exec(words(e));
      if (found) return found[1] ?? found[0];
    }
    return null;
  }

  // rows reads columns inside each visible row; an empty column is the row.
  const rows = (row, columns) => every(row).filter(visible).map(r => columns.map(c => {
    const cell = c === '' ? r : r.querySelector(c);
    return cell ? words(cell) : '';
  }));

  const text = () => document.body?.innerText ?? '';

  // ---- Evidence

  const SECRET = /token|csrf|xsrf|nonce|secret|session|passw|auth|signature|api[-_]?key|viewstate/i;
  const BLANK = '[blanked]';

  // html is the document without what must not be kept: scripts, what hidden
  // and password fields hold, and whatever is called a token.
  function html() {
    const copy = document.documentElement.cloneNode(true);
    for (const e of copy.querySelectorAll('script, noscript, template, link[rel=preload], link[rel=modulepreload]')) e.remove();
    const nodes = document.createTreeWalker(copy, NodeFilter.SHOW_COMMENT);
    const comments = [];
    while (nodes.nextNode()) comments.push(nodes.currentNode);
    for (const c of comments) c.remove();
    for (const e of [copy, ...copy.querySelectorAll('*')]) blank(e);
    return '<!doctype html>\n' + copy.outerHTML;
  }

  function blank(e) {
    const called = `${e.getAttribute('name')} ${e.id}`;
    for (const {name, value} of [...e.attributes]) {
      if (name.startsWith('on') || name === 'srcdoc') e.removeAttribute(name);
      else if (SECRET.test(name)) e.setAttribute(name, BLANK);
      else if (name === 'value' && (['password', 'hidden'].includes(e.type) || SECRET.test(called))) e.setAttribute(name, BLANK);
      else if (name === 'content' && SECRET.test(called)) e.setAttribute(name, BLANK);
      else if (value.includes('?')) e.setAttribute(name, withoutTokens(value));
    }
  }

  const withoutTokens = url => url.replace(/([?&;])([^=&;#]+)=([^&;#]*)/g,
    (all, mark, key) => SECRET.test(key) ? `${mark}${key}=${BLANK}` : all);

  // mask hides what fields hold while a picture is taken, in all open trees.
  const cover = new CSSStyleSheet();
  cover.replaceSync(`input, textarea, select, [contenteditable] {
    color: transparent !important; -webkit-text-fill-color: transparent !important;
    text-shadow: none !important; caret-color: transparent !important }`);
  function mask(on) {
    for (const tree of trees()) {
      if (tree.nodeType === Node.DOCUMENT_NODE && tree !== document) {
        // A sheet belongs to the document that made it: frames get a copy.
        tree.getElementById('lodge-mask')?.remove();
        if (on) {
          const style = tree.createElement('style');
          style.id = 'lodge-mask';
          style.textContent = [...cover.cssRules].map(r => r.cssText).join('\n');
          tree.documentElement.append(style);
        }
        continue;
      }
      if (tree.ownerDocument && tree.ownerDocument !== document) continue; // a shadow tree in a frame
      tree.adoptedStyleSheets = tree.adoptedStyleSheets.filter(s => s !== cover).concat(on ? [cover] : []);
    }
    return frame();
  }

  globalThis.lodge = {every, visible, nameOf, roleOf, words, describe, fold, plain, pick, labels, boxOf, // for near.js and headed.go
    locate, aim, met, enter, leave, choose, element, files, see, rows, text, html, mask};
})();
