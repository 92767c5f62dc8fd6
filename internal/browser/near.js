// What the page shows in place of what a step looked for, for the author of a
// carrier. It is sent after a step has missed and at no other time, into the
// world of engine.js, whose words it uses. What fields hold is never told.
(verb, wanted, probes) => {
  'use strict';
  const {every, visible, nameOf, roleOf, words, describe, fold, plain} = lodge;

  // How many elements, and how many letters of each and of the whole text.
  const MOST = 3, LETTERS = 60, TEXT = 160;

  const FIELDS = 'input, select, textarea, [contenteditable]';
  const PUSHED = 'button, a[href], summary, [role=button], [role=link], input[type=submit], input[type=button], input[type=image]';
  const KINDS = {click: PUSHED, fill: FIELDS, choose: 'select, [role=listbox], [role=combobox]', attach: 'input[type=file]'};

  const cut = (s, n) => s.length > n ? s.slice(0, n) + '…' : s;
  const isField = e => e.matches(FIELDS);
  const said = e => isField(e) && !['submit', 'button', 'image', 'reset'].includes(e.type) ? nameOf(e) : nameOf(e) || words(e);

  // tell names an element by its tag, its marks and what it says.
  function tell(e) {
    const marks = ['id', 'name', 'type', 'data-testid'].filter(a => e.getAttribute(a)).map(a => ` ${a}="${cut(fold(e.getAttribute(a)), LETTERS)}"`);
    const mark = marks.length || !e.className ? `<${e.localName}${marks.join('')}>` : describe(e);
    const text = cut(fold(said(e)), LETTERS);
    return mark + (text ? ` "${text}"` : '') + (visible(e) ? '' : ' (cannot be seen)');
  }

  const pairs = s => new Set(Array.from({length: Math.max(s.length - 1, 0)}, (_, i) => s.slice(i, i + 2)));

  // alike is how much two texts are alike, from 0 to 1: Dice's coefficient.
  function alike(a, b) {
    a = plain(a); b = plain(b);
    if (!a || !b) return 0;
    if (a === b) return 1;
    const x = pairs(a), y = pairs(b);
    let both = 0;
    for (const p of x) if (y.has(p)) both++;
    return x.size + y.size ? 2 * both / (x.size + y.size) : 0;
  }

  // named are the words that a selector names things by: #file gives "file".
  const named = css => (css.match(/[\w-]{2,}/g) || []).join(' ');

  // likeness is how much an element is like what was looked for.
  function likeness(wanted, e) {
    const marks = ['id', 'name', 'class', 'data-testid'].map(a => e.getAttribute(a) || '');
    let score = Math.max(...[wanted.name, wanted.label, wanted.text].filter(Boolean).map(t => alike(t, said(e))),
      ...[wanted.css && named(wanted.css), wanted.testid].filter(Boolean).flatMap(t => [...marks.map(m => alike(t, m)), alike(t, said(e))]), 0);
    if (KINDS[verb] && e.matches(KINDS[verb])) score += 0.5;
    if (wanted.role && roleOf(e) === wanted.role) score += 0.5;
    if (!visible(e) && e.type !== 'file') score -= 0.5;
    return score;
  }

  // similar are the elements that are most like what was looked for.
  function similar(wanted) {
    const all = every(wanted.text ? 'body *' : `${FIELDS}, ${PUSHED}, [role], [data-testid]` + (wanted.css ? ', body [id]' : ''))
      .filter(e => e.type !== 'hidden' && (!wanted.text || ![...e.children].some(c => fold(c.textContent))));
    return all.map(e => [likeness(wanted, e), e]).filter(([score]) => score > 0.2)
      .sort((a, b) => b[0] - a[0]).slice(0, MOST).map(([, e]) => tell(e));
  }

  // signs are the elements in which signs were looked for, with what they say.
  const signs = () => [...new Set(probes.filter(p => p.css).flatMap(p => every(p.css).filter(visible)))]
    .slice(0, MOST).map(e => `${describe(e)} "${cut(words(e), LETTERS)}"`);

  const where = `the page is ${cut(location.pathname, LETTERS)}` + (document.title ? `, titled "${cut(fold(document.title), LETTERS)}"` : '');
  const parts = [];
  const add = (title, list) => { if (list.length) parts.push(`${title}: ${list.join(', ')}`); };
  if (wanted) add('most alike on it', similar(wanted));
  else add('it has', signs());
  for (const p of probes.filter(p => p.css && !p.js).slice(0, 2)) add(`most alike ${p.css} on it`, similar({css: p.css}));
  if (parts.length) return `${where}; ${parts.join('; ')}`;
  const text = cut(fold(document.body?.innerText), TEXT);
  return where + (text ? `; it says: ${text}` : '; it is empty');
}
