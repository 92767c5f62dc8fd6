package browser

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
)

// The browsers that Debian installs.
const (
	shell = "/usr/lib/chromium/chromium-headless-shell"
	full  = "/usr/lib/chromium/chromium"
)

// testPatience is long enough for what the test pages do late, on a busy machine
// too, and short for what never comes.
const testPatience = 2500 * time.Millisecond

// A promise is one page, what is done on it, and what comes of it.
type promise struct {
	name  string
	html  string
	steps []page.Step
	wrong string // part of the error; "": there is none
	shows string // the text of #out in the end; "": not looked at
	full  bool   // also kept on the full browser
}

// say is a script that writes into #out.
const say = `<p id=out></p><script>function say(s) { out.textContent += s }</script>`

var submit = page.Role("button", "Submit")

func promises(files string) []promise {
	return []promise{
		{
			name:  "click by role and name across spans",
			html:  say + `<button onclick="say('sent')"><span>Sub<b>mit</b></span> <i>invoice</i></button><button>Other</button>`,
			steps: []page.Step{page.Click(page.Role("button", "Submit invoice"))},
			shows: "sent", full: true,
		},
		{
			name:  "name by aria-labelledby",
			html:  say + `<span id=a>Send</span> <span id=b hidden>now</span><button aria-labelledby="a b" onclick="say('sent')">x</button>`,
			steps: []page.Step{page.Click(page.Role("button", "Send now"))},
			shows: "sent",
		},
		{
			name:  "an element that is hidden from readers has no role",
			html:  say + `<div aria-hidden=true><button onclick="say('wrong')">Submit</button></div><button onclick="say('right')">Submit</button>`,
			steps: []page.Step{page.Click(submit)},
			shows: "right",
		},
		{
			name: "click by text, the innermost",
			html: say + `<div><a href="#" onclick="say('in')"> Go
				on </a></div>`,
			steps: []page.Step{page.Click(page.WithText("go on"))},
			shows: "in",
		},
		{
			name:  "click by test id",
			html:  say + `<button data-testid="a.b" onclick="say('hit')">x</button>`,
			steps: []page.Step{page.Click(page.TestID("a.b"))},
			shows: "hit",
		},
		{
			name:  "two matches",
			html:  `<button id=one>Submit</button><button class=two>Submit</button>`,
			steps: []page.Step{page.Click(submit)},
			wrong: `2 elements match: <button id="one"> "Submit" and <button class="two"> "Submit"`, full: true,
		},
		{
			name:  "two matches, one of them hidden",
			html:  say + `<button style="visibility:hidden">Submit</button><button onclick="say('sent')">Submit</button>`,
			steps: []page.Step{page.Click(submit)},
			shows: "sent",
		},
		{
			name:  "two matches for a moment",
			html:  say + `<button id=old>Submit</button><button onclick="say('new')">Submit</button><script>setTimeout(() => old.remove(), 200)</script>`,
			steps: []page.Step{page.Click(submit)},
			shows: "new",
		},
		{
			name:  "no match",
			html:  `<button>Submit</button>`,
			steps: []page.Step{page.Click(page.Role("button", "Sumbit"))},
			wrong: `could not click the button "Sumbit": nothing on the page matches`,
		},
		{
			name:  "not a selector",
			html:  `x`,
			steps: []page.Step{page.Click("a[")},
			wrong: "a[ is not a CSS selector",
		},
		{
			name:  "there but hidden",
			html:  `<button id=b style="display:none">Submit</button>`,
			steps: []page.Step{page.Click("#b")},
			wrong: `<button id="b"> is there but cannot be seen`,
		},
		{
			name:  "comes late",
			html:  say + `<script>setTimeout(() => document.body.insertAdjacentHTML('beforeend', '<button onclick="say(1)">Submit</button>'), 300)</script>`,
			steps: []page.Step{page.Click(submit)},
			shows: "1",
		},
		{
			name:  "overlay stays",
			html:  `<button id=submit>Submit</button><div class="overlay" style="position:fixed;inset:0"><i>loading</i></div>`,
			steps: []page.Step{page.Click("#submit")},
			wrong: `<div class="overlay"> covers <button id="submit">`, full: true,
		},
		{
			name:  "overlay leaves",
			html:  say + `<button id=submit onclick="say('sent')">Submit</button><div id=o style="position:fixed;inset:0"></div><script>setTimeout(() => o.remove(), 400)</script>`,
			steps: []page.Step{page.Click("#submit")},
			shows: "sent", full: true,
		},
		{
			name: "overlay comes between the look and the press",
			html: say + `<button id=submit onclick="say('sent')">Submit</button><div id=o hidden style="position:fixed;inset:0" onclick="say('overlay')"></div>
				<script>submit.addEventListener('pointerover', () => o.hidden = false)</script>`,
			steps: []page.Step{page.Click("#submit")},
			wrong: `<div id="o"> came over <button id="submit"> in the moment of the click`,
		},
		{
			name:  "overlay comes with the press",
			html:  say + `<button id=submit onmousedown="o.hidden = false" onclick="say('sent')">Submit</button><div id=o hidden style="position:fixed;inset:0"></div>`,
			steps: []page.Step{page.Click("#submit")},
			wrong: `<div id="o"> came over <button id="submit"> in the moment of the click`,
		},
		{
			name:  "acts on the press and goes away",
			html:  say + `<ul><li id=one onmousedown="one.remove(); say('chosen')">One</li><li>Two</li></ul>`,
			steps: []page.Step{page.Click("#one")},
			shows: "chosen",
		},
		{
			name:  "sticky footer over the button",
			html:  say + `<div style="height:3000px"></div><button onclick="say('sent')">Submit</button><div style="height:3000px"></div><div style="position:fixed;left:0;right:0;bottom:0;height:60%">footer</div>`,
			steps: []page.Step{page.Click(submit)},
			shows: "sent",
		},
		{
			name:  "disabled then enabled",
			html:  say + `<fieldset disabled id=f><button onclick="say('sent')">Submit</button></fieldset><script>setTimeout(() => f.disabled = false, 400)</script>`,
			steps: []page.Step{page.Click(submit)},
			shows: "sent", full: true,
		},
		{
			name:  "stays aria-disabled",
			html:  `<div aria-disabled=true><button id=b>Submit</button></div>`,
			steps: []page.Step{page.Click(submit)},
			wrong: `<button id="b"> is disabled`,
		},
		{
			name: "moving, then still",
			html: say + `<button id=b style="position:absolute;top:40px;left:0" onclick="say(b.offsetLeft)">Submit</button>
				<script>let x = 0; const step = () => { b.style.left = (x += 10) + 'px'; if (x < 300) requestAnimationFrame(step) }; step()</script>`,
			steps: []page.Step{page.Click(submit)},
			shows: "300", full: true,
		},
		{
			name:  "moving for ever",
			html:  `<button id=b style="position:absolute">Submit</button><script>let x = 0; const step = () => { b.style.left = (x = (x + 7) % 500) + 'px'; requestAnimationFrame(step) }; step()</script>`,
			steps: []page.Step{page.Click(submit)},
			wrong: `<button id="b"> is moving`,
		},
		{
			name:  "animations end at once, and do end",
			html:  say + `<style>#b { transition: margin 30s } .far { margin-left: 200px }</style><button id=b class=near ontransitionend="say('end')" onclick="b.className='far'">Submit</button>`,
			steps: []page.Step{page.Click(submit), sees("#out", "end")},
			shows: "end", full: true,
		},
		{
			name:  "below the window",
			html:  say + `<div style="height:5000px"></div><button onclick="say('sent')">Submit</button>`,
			steps: []page.Step{page.Click(submit)},
			shows: "sent",
		},
		{
			name:  "checkbox behind its label",
			html:  say + `<input type=checkbox id=c style="display:none" onchange="say(c.checked)"><label for=c>I agree</label>`,
			steps: []page.Step{page.Click(page.Label("I agree"))},
			shows: "true",
		},
		{
			name: "open shadow root",
			html: say + `<my-form></my-form><script>customElements.define('my-form', class extends HTMLElement { connectedCallback() {
				this.attachShadow({mode: 'open'}).innerHTML = '<label for=f>Matter</label><input id=f><slot></slot><button onclick="say(this.getRootNode().getElementById(\'f\').value)">Send</button>' } })</script>`,
			steps: []page.Step{page.Fill(page.Label("Matter"), "CL-1"), page.Click(page.Role("button", "Send"))},
			shows: "CL-1", full: true,
		},
		{
			name:  "slotted text of a component's button",
			html:  say + `<my-button>Send <b>it</b></my-button><script>customElements.define('my-button', class extends HTMLElement { connectedCallback() { this.attachShadow({mode: 'open'}).innerHTML = '<button class=inner onclick="say(1)"><slot></slot></button>' } })</script>`,
			steps: []page.Step{page.Click(".inner")},
			shows: "1",
		},
		{
			name:  "frame of the same origin",
			html:  say + `<div style="height:400px"></div><iframe style="border:5px solid;padding:7px;height:300px" srcdoc="<div style='height:600px'></div><label>Matter <input id=f></label><button onclick='parent.say(f.value)'>Submit</button>"></iframe>`,
			steps: []page.Step{page.Fill(page.Label("Matter"), "CL-1"), page.Click(submit)},
			shows: "CL-1", full: true,
		},
		{
			name:  "frame of another site",
			html:  `<iframe id=other src="data:text/html,<button>Submit</button>"></iframe>`,
			steps: []page.Step{page.Click(submit)},
			wrong: `<iframe id="other"> belongs to another site and was not searched`,
		},
		{
			name:  "fill replaces, by label with a mark",
			html:  say + `<label for=f>Matter *:</label><input id=f value=old onchange="say(f.value)">`,
			steps: []page.Step{page.Fill(page.Label("matter"), "CL-1")},
			shows: "CL-1", full: true,
		},
		{
			name:  "fill with nothing empties",
			html:  say + `<input id=f value=old oninput="say('now:' + f.value)">`,
			steps: []page.Step{page.Fill("#f", "")},
			shows: "now:",
		},
		{
			name:  "fill lines",
			html:  say + `<textarea id=f onchange="say(f.value.length)"></textarea>`,
			steps: []page.Step{page.Fill("#f", "one\ntwo")},
			shows: "7",
		},
		{
			name:  "fill a date",
			html:  say + `<input type=date id=f onchange="say(f.value)">`,
			steps: []page.Step{page.Fill("#f", "2026-11-02")},
			shows: "2026-11-02", full: true,
		},
		{
			name:  "fill a date that is none",
			html:  `<input type=date id=f>`,
			steps: []page.Step{page.Fill("#f", "2 November")},
			wrong: `"#f" does not keep what is filled in`,
		},
		{
			name:  "fill what the page rewrites as the same amount",
			html:  say + `<input id=f onblur="f.value = '$' + Number(f.value).toLocaleString('en', {minimumFractionDigits: 2}); say(f.value)">`,
			steps: []page.Step{page.Fill("#f", "1234.5")},
			shows: "$1,234.50",
		},
		{
			name:  "fill what the page cuts",
			html:  `<input id=f maxlength=4>`,
			steps: []page.Step{page.Fill("#f", "12345")},
			wrong: `"#f" does not keep what is filled in`,
		},
		{
			name:  "fill what the page replaces",
			html:  `<input id=f onblur="f.value = '12.50'">`,
			steps: []page.Step{page.Fill("#f", "1250")},
			wrong: `"#f" does not keep what is filled in`,
		},
		{
			name:  "fill a field that is read-only for a while",
			html:  say + `<input id=f readonly onchange="say(f.value)"><script>setTimeout(() => f.readOnly = false, 300)</script>`,
			steps: []page.Step{page.Fill("#f", "x")},
			shows: "x",
		},
		{
			name:  "fill a button",
			html:  `<button id=b>x</button>`,
			steps: []page.Step{page.Fill("#b", "x")},
			wrong: `<button id="b"> is not a field for text`,
		},
		{
			name:  "fill where the focus is stolen",
			html:  `<input id=f onfocus="g.focus()"><input id=g>`,
			steps: []page.Step{page.Fill("#f", "x")},
			wrong: `<input id="f"> does not take the focus`,
		},
		{
			name:  "fill a text that is edited in place",
			html:  say + `<div id=f contenteditable oninput="say('.')">old</div>`,
			steps: []page.Step{page.Fill("#f", "new"), sees("#f", "^new$")},
		},
		{
			name:  "fill posts the form back, and the next field is in the next document",
			html:  `<form id=f><input name=a onchange="f.submit()"><input name=b></form><script>const q = new URLSearchParams(location.search); document.forms.f.a.value = q.get('a') || ''</script>` + say + `<script>say(location.search)</script>`,
			steps: []page.Step{page.Fill("[name=a]", "1"), page.Fill("[name=b]", "2"), sees("#out", `a=1`), sees("[name=b]", "2")},
			full:  true,
		},
		{
			name:  "choose by text",
			html:  say + `<select id=s onchange="say(s.value)"><option value=1>One</option><option value=2>Two  parts</option></select>`,
			steps: []page.Step{page.Choose("#s", "two parts")},
			shows: "2", full: true,
		},
		{
			name:  "choose by value, when the option comes",
			html:  say + `<select id=s onchange="say(s.value)"></select><script>setTimeout(() => s.innerHTML = '<option value=42>Answer', 300)</script>`,
			steps: []page.Step{page.Choose("#s", "42")},
			shows: "42",
		},
		{
			name:  "choose what is not there",
			html:  `<select id=s><option>One</option></select>`,
			steps: []page.Step{page.Choose("#s", "Two")},
			wrong: `<select id="s"> has no such option`,
		},
		{
			name:  "choose what is there twice",
			html:  `<select id=s><option>One</option><option value=2>One</option></select>`,
			steps: []page.Step{page.Choose("#s", "One")},
			wrong: `2 options of <select id="s"> match`,
		},
		{
			name:  "attach to a hidden field, by its label",
			html:  say + `<label for=f>LEDES file</label><input type=file id=f hidden onchange="say(f.files[0].name + ' ' + f.files[0].size)">`,
			steps: []page.Step{page.Attach(page.Label("LEDES file"), filepath.Join(files, "small.txt"))},
			shows: "small.txt 5", full: true,
		},
		{
			name:  "attach to the zone around the field",
			html:  say + `<div id=zone>Drop here<input type=file style="display:none" onchange="say(this.files[0].size)"></div>`,
			steps: []page.Step{page.Attach("#zone", filepath.Join(files, "small.txt"))},
			shows: "5",
		},
		{
			name:  "attach a big file",
			html:  say + `<input type=file id=f onchange="say(f.files[0].size)">`,
			steps: []page.Step{page.Attach("#f", filepath.Join(files, "big.txt"))},
			shows: "20971520", full: true,
		},
		{
			name:  "attach to what is no field for files",
			html:  `<input id=f>`,
			steps: []page.Step{page.Attach("#f", filepath.Join(files, "small.txt"))},
			wrong: `<input id="f"> is not a field for files`,
		},
		{
			name:  "attach to a field that the page empties",
			html:  `<input type=file id=f onchange="f.value = ''">`,
			steps: []page.Step{page.Attach("#f", filepath.Join(files, "small.txt"))},
			wrong: `the page emptied "#f"`,
		},
		{
			name:  "attach a file that is missing",
			html:  `<input type=file id=f>`,
			steps: []page.Step{page.Attach("#f", filepath.Join(files, "missing.txt"))},
			wrong: "no file to attach",
		},
		{
			name:  "attach an empty file",
			html:  `<input type=file id=f>`,
			steps: []page.Step{page.Attach("#f", filepath.Join(files, "empty.txt"))},
			wrong: "the file to attach is empty",
		},
		{
			name:  "a sign that comes late, in a field's value",
			html:  `<input id=number><script>setTimeout(() => number.value = 'C-88', 300)</script>`,
			steps: []page.Step{sees("#number", `^c-\d+$`)},
		},
		{
			name:  "a sign that a style sheet uncovers",
			html:  `<style id=s>#sign { display: none }</style><p id=sign>Accepted</p><script>setTimeout(() => s.sheet.deleteRule(0), 300)</script>`,
			steps: []page.Step{sees("#sign", "accepted")},
		},
		{
			name:  "a sign in a shadow root that comes late",
			html:  `<div id=h></div><script>setTimeout(() => h.attachShadow({mode: 'open'}).innerHTML = '<p class=sign>ok</p>', 300)</script>`,
			steps: []page.Step{sees(".sign", "ok")},
		},
		{
			name:  "a sign after the document was written anew",
			html:  `<script>setTimeout(() => { document.open(); document.write('<p id=sign>'); document.close(); setTimeout(() => sign.textContent = 'Accepted', 200) }, 200)</script>`,
			steps: []page.Step{sees("#sign", "Accepted")},
		},
		{
			name:  "a sign after two navigations",
			html:  `<p id=sign>start</p><script>const n = +location.hash.slice(1) || +new URLSearchParams(location.search).get('n'); sign.textContent = 'page ' + n; if (n < 2) setTimeout(() => location.search = 'n=' + (n + 1), 100)</script>`,
			steps: []page.Step{sees("#sign", "page 2")},
			full:  true,
		},
		{
			name:  "no sign",
			html:  `<p>Something else</p>`,
			steps: []page.Step{sees("#sign", "Accepted")},
			wrong: `could not see #sign with text "Accepted": none of the signs is on the page`,
		},
		{
			name:  "a hidden sign is none",
			html:  `<p id=sign hidden>Accepted</p>`,
			steps: []page.Step{sees("#sign", "Accepted")},
			wrong: "none of the signs",
		},
		{
			name:  "alert",
			html:  say + `<button onclick="alert('Saved'); say('after')">Submit</button>`,
			steps: []page.Step{page.Click(submit)},
			shows: "after", full: true,
		},
		{
			name:  "confirm is dismissed",
			html:  say + `<button onclick="say(confirm('Really?'))">Submit</button>`,
			steps: []page.Step{page.Click(submit)},
			shows: "false", full: true,
		},
		{
			name:  "prompt is dismissed",
			html:  say + `<button onclick="say(prompt('Name?') === null)">Submit</button>`,
			steps: []page.Step{page.Click(submit)},
			shows: "true",
		},
		{
			name:  "beforeunload",
			html:  `<button onclick="1">Submit</button><script>addEventListener('beforeunload', e => e.preventDefault())</script>`,
			steps: []page.Step{page.Click(submit), page.Goto("about:next")},
			full:  true,
		},
		{
			name:  "permissions are denied",
			html:  say + `<script>navigator.geolocation.getCurrentPosition(() => say('granted'), e => say('error ' + e.code))</script>`,
			steps: []page.Step{sees("#out", "error 1")},
			full:  true,
		},
		{
			name:  "scripts of the page cannot break the engine",
			html:  say + `<script>Array.prototype.filter = Element.prototype.getBoundingClientRect = window.Promise = window.MutationObserver = () => { throw 'broken' }; Object.prototype.toJSON = () => 'broken'</script><button onclick="say('sent')">Submit</button>`,
			steps: []page.Step{page.Click(submit)},
			shows: "sent", full: true,
		},
	}
}

// sees is a step that waits for a sign.
func sees(css, pattern string) page.Step { return page.See(page.Good(page.Text(css, pattern))) }

func TestPromises(t *testing.T) {
	for _, exe := range []string{shell, full} {
		t.Run(filepath.Base(exe), func(t *testing.T) {
			list := slices.DeleteFunc(promises(testFiles(t)), func(p promise) bool { return exe != shell && !p.full })
			tests := map[string]func(*testing.T){}
			for share := range slices.Chunk(list, 1+len(list)/6) {
				tests[share[0].name+" and so on"] = func(t *testing.T) {
					b := startBrowser(t, Options{Exe: exe, Patience: testPatience})
					for _, p := range share { // one after the other: a browser has one page at work
						t.Run(p.name, func(t *testing.T) { p.check(t, b) })
					}
				}
			}
			sideBySide(t, tests)
		})
	}
}

// sideBySide runs tests that mostly wait, more at a time than there are cores.
func sideBySide(t *testing.T, tests map[string]func(*testing.T)) {
	slots := make(chan struct{}, 6)
	var all sync.WaitGroup
	for name, test := range tests {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			t.Run(name, test)
		})
	}
	all.Wait()
}

func (p promise) check(t *testing.T, b *Browser) {
	server := servePage(t, p.html)
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	steps := append([]page.Step{page.Goto(server)}, p.steps...)
	for i, s := range steps {
		if s.String() == "open about:next" {
			steps[i] = page.Goto(server + "/next")
		}
	}
	err := page.Do(ctx, steps...)
	switch {
	case p.wrong == "" && err != nil:
		t.Fatalf("%v\n%v", err, tab.Trace())
	case p.wrong != "" && (err == nil || !strings.Contains(err.Error(), p.wrong)):
		t.Fatalf("error is %v, want %s", err, p.wrong)
	case p.shows != "":
		if text, err := page.Await(ctx, page.Good(page.Text("#out", "^"+page.Quote(p.shows)+"$"))); err != nil {
			html, _ := tab.HTML(ctx)
			t.Fatalf("#out is %q, want %q: %v\n%s", text, p.shows, err, html)
		}
	}
	if _, miss := errors.AsType[*page.Miss](err); miss && carriers.KindOf(err) != carriers.SiteChanged {
		t.Errorf("a miss is of kind %q", carriers.KindOf(err))
	}
}

func startBrowser(t *testing.T, o Options) *Browser {
	t.Helper()
	o.Profiles = t.TempDir()
	b, err := Start(context.WithoutCancel(t.Context()), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func openTab(t *testing.T, b *Browser) *Tab {
	t.Helper()
	tab, err := b.Tab(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tab.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return tab
}

// servePage serves one page under every path, and returns its address.
func servePage(t testing.TB, html string) string {
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><title>test</title><body>" + html))
	})
}

// serve serves h until the test ends, and lets no request outlive it: Chromium
// would send one whose connection is cut again.
func serve(t testing.TB, h http.HandlerFunc) string {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	server := httptest.NewUnstartedServer(h)
	server.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	server.Start()
	t.Cleanup(func() {
		cancel()
		server.Close()
	})
	return server.URL
}

func testFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, size := range map[string]int{"small.txt": 5, "empty.txt": 0, "big.txt": 20 << 20} {
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
