package adverse

import (
	"slices"
	"strings"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/gate"
)

// A Case is one kind of page that commits when #go is clicked.
type Case struct {
	Name   string
	Files  map[string]string
	Rules  gate.Rules
	Modes  []Mode // those that the case is about; none: [Modes]
	Reload bool   // open the page twice, so that its service worker is in charge
	Awake  bool   // do not bypass service workers
	Copies int    // how many further copies the page is waited for to try
	Silent bool   // nothing may leave, and the gate must say so
}

// Modes are how a site breaks after accepting, over HTTP/1.1.
func Modes() []Mode { return []Mode{OK, RST, FIN, Timeout, Hang, Late} }

const (
	button = `<!doctype html><button id=go>Send</button><p id=out></p>`
	file   = `<input type=file id=file name=file>`
	form   = `<!doctype html><form method=post action="/commit?{q}" enctype=multipart/form-data>` + file + `<button id=go>Send</button></form>`
	send   = `fetch('/commit?{q}',{method:'POST',body:'x'.repeat(3000)}).then(r=>out.textContent=r.status,e=>out.textContent=e);`
)

// script is a page with a button and a script in which click runs on the click.
func script(before, click string) string {
	return button + "<script>" + before + ";go.onclick=()=>{" + click + "}</script>"
}

func page(html string) map[string]string { return map[string]string{"/": html} }

func pages(html string, more ...string) map[string]string {
	m := page(html)
	for pair := range slices.Chunk(more, 2) {
		m[pair[0]] = pair[1]
	}
	return m
}

// at are rules that declare one commit, and what may leave beside it.
func at(method, path string, harmless ...carriers.Request) gate.Rules {
	return gate.Rules{Commits: []carriers.Request{{Method: method, Path: path}}, Harmless: harmless}
}

// Form is the plain case: a file and a button.
func Form() Case { return Case{Name: "form", Files: page(form)} }

// Cases are all other kinds of page.
func Cases() []Case {
	all := [][]Case{forms(), fetches(), workers(), connections(), repeats(), answers()}
	var out []Case
	for _, part := range all {
		out = append(out, part...)
	}
	return out
}

func forms() []Case {
	frame := func(host string) map[string]string {
		return pages(script(`window.ready=new Promise(ok=>onmessage=ok)`, `fr.contentWindow.postMessage('go','*')`)+
			`<iframe id=fr src="`+host+`/frame?{q}"></iframe>`,
			"/frame", `<form id=f method=post action="/commit?{q}"><input name=a value=b></form>
<script>onmessage=()=>f.submit();parent.postMessage('up','*')</script>`)
	}
	return []Case{
		{Name: "popup-form", Files: page(strings.Replace(form, "<form ", "<form target=_blank ", 1))},
		{Name: "popup-written", Files: page(script("", `const w=window.open('about:blank');
w.document.write('<form id=f method=post action="'+location.origin+'/commit?{q}"></form>');w.document.getElementById('f').submit()`))},
		{Name: "popup-page", Rules: at("POST", "/commit"), Files: pages(script("", `window.open('/popup?{q}')`),
			"/popup", `<form id=f method=post action="/commit?{q}"></form><script>f.submit()</script>`)},
		{Name: "frame-same-host", Files: frame("")},
		{Name: "frame-same-site", Files: frame("https://" + Upload)},
		{Name: "frame-cross-site", Files: frame("https://" + Other)},
	}
}

func fetches() []Case {
	preflight := `fetch('https://` + Upload + `/commit?{q}',{method:'POST',credentials:'include',
headers:{'authorization':'Bearer x','content-type':'application/json'},body:'{}'}).then(r=>out.textContent=r.status,e=>out.textContent=e)`
	return []Case{
		{Name: "fetch", Files: page(script("", send))},
		{Name: "xhr-sync", Files: page(script("", `const x=new XMLHttpRequest();x.open('POST','/commit?{q}',false);try{x.send('x')}catch(e){}`))},
		{Name: "preflight", Files: page(script("", preflight))},
		{Name: "chunks", Rules: at("POST", "/commit", carriers.Request{Method: "PUT", Path: "/chunk*"}),
			Files: page(script("", `(async()=>{for(let i=0;i<3;i++)await fetch('/chunk'+i+'?{q}',{method:'PUT',body:'x'.repeat(50000)});`+send+`})()`))},
		// It tries again at once, just when its page is closed.
		{Name: "graphql", Rules: gate.Rules{
			Commits:  []carriers.Request{{Method: "POST", Path: "/graphql", Body: `"operationName":"submit"`}},
			Harmless: []carriers.Request{{Method: "POST", Path: "/graphql", Body: `"operationName":"query"`}}},
			Files: page(script(`const q=o=>fetch('/graphql?{q}',{method:'POST',headers:{'x-op':o},body:JSON.stringify({operationName:o})})`,
				`(async()=>{await q('query');try{await q('submit')}catch(e){await q('submit')};await q('query')})()`))},
		{Name: "keepalive", Files: page(script("", `fetch('/commit?{q}',{method:'POST',body:'x',keepalive:true})`))},
		{Name: "keepalive-leaves", Rules: at("POST", "/commit"),
			Files: page(script("", `fetch('/commit?{q}',{method:'POST',body:'x',keepalive:true});location.href='/bye?{q}'`))},
		{Name: "beacon", Rules: at("POST", "/commit"), Files: page(script("", `navigator.sendBeacon('/commit?{q}','x')`))},
		{Name: "beacon-then-post", Files: page(script("", `navigator.sendBeacon('/stats?{q}','x');`+send))},
		{Name: "get-link", Rules: at("GET", "/commit"), Files: page(`<!doctype html><a id=go href="/commit?{q}">Send</a>`)},
		{Name: "get-undeclared", Silent: true, Modes: []Mode{OK}, Files: page(script("", `fetch('/commit?{q}')`))},
		{Name: "renamed", Silent: true, Modes: []Mode{OK}, Rules: at("POST", "/submit"), Files: page(script("", send))},
	}
}

func workers() []Case {
	// A service worker that tries three times and posts a copy.
	zealous := `self.addEventListener('install',()=>self.skipWaiting());
self.addEventListener('activate',e=>e.waitUntil(clients.claim()));
self.addEventListener('fetch',e=>{if(e.request.method=='POST')e.respondWith((async()=>{const b=await e.request.text();
for(let i=0;i<3;i++){try{const r=await fetch('/commit?{q}&try='+i,{method:'POST',body:b});
fetch('/commit?{q}&copy=1',{method:'POST',body:b});return r}catch(e){}}return Response.error()})())})`
	ready := `window.ready=navigator.serviceWorker.register('/sw.js?{q}').then(()=>navigator.serviceWorker.ready)`
	inCharge := ready + `.then(()=>navigator.serviceWorker.controller||new Promise(ok=>navigator.serviceWorker.oncontrollerchange=ok))`
	// One that posts by itself and goes on when its page is gone.
	stubborn := `onmessage=e=>e.waitUntil((async()=>{for(let i=0;i<60;i++){
try{if((await fetch('/commit?{q}&n='+i,{method:'POST',body:'x'})).ok)break}catch(x){}await new Promise(r=>setTimeout(r,50))}})())`
	return []Case{
		{Name: "service-worker", Reload: true, Files: pages(script(ready, send), "/sw.js", zealous)},
		{Name: "service-worker-awake", Reload: true, Awake: true, Copies: 1, Files: pages(script(inCharge, send), "/sw.js", zealous)},
		{Name: "service-worker-alone", Modes: []Mode{RST, FIN}, Copies: 2,
			Files: pages(script(ready, `navigator.serviceWorker.ready.then(r=>r.active.postMessage(1))`), "/sw.js", stubborn)},
		{Name: "worker", Files: pages(script(`const w=new Worker('/w.js?{q}');window.ready=new Promise(ok=>w.onmessage=ok)`, `w.postMessage(1)`),
			"/w.js", `postMessage(0);onmessage=()=>fetch('/commit?{q}',{method:'POST',body:'x'})`)},
		{Name: "shared-worker", Files: pages(script(`const w=new SharedWorker('/s.js?{q}');window.ready=new Promise(ok=>w.port.onmessage=ok)`, `w.port.postMessage(1)`),
			"/s.js", `onconnect=e=>{const p=e.ports[0];p.onmessage=()=>fetch('/commit?{q}',{method:'POST',body:'x'});p.postMessage(0)}`)},
	}
}

func connections() []Case {
	harmless := func(path string) gate.Rules {
		return gate.Rules{Harmless: []carriers.Request{{Method: "GET", Path: path}}}
	}
	// Each opened socket that breaks is opened again.
	sockets := `let opened;window.ready=new Promise(ok=>opened=ok);
const w=()=>{const s=new WebSocket('wss://` + Portal + `/ws?{q}');s.onopen=opened;s.onclose=()=>setTimeout(w,5)};w();w()`
	preconnect := `for(const c of [null,'anonymous']){const l=document.createElement('link');l.rel='preconnect';l.href='/?'+Math.random();if(c)l.crossOrigin=c;document.head.append(l)}`
	return []Case{
		{Name: "long-poll", Rules: harmless("/poll"), Files: page(script(`const p=()=>fetch('/poll?{q}').then(r=>r.text()).then(p,p);p();p()`, send))},
		{Name: "event-source", Rules: harmless("/events"), Files: page(script(`const s=new EventSource('/events?{q}')`, send))},
		{Name: "websocket-beside", Files: page(script(sockets, send))},
		// A socket knocks just when the way out has been calm for long enough.
		{Name: "websocket-beat", Files: page(script("", `setInterval(()=>new WebSocket('wss://`+Portal+`/ws?{q}'),152);`+send))},
		{Name: "websocket-commit", Silent: true, Modes: []Mode{OK}, Files: page(script(
			`let s;window.ready=new Promise(ok=>{s=new WebSocket('wss://`+Portal+`/ws?{q}');s.onopen=ok})`,
			`s.send('commit');new WebSocket('wss://`+Portal+`/ws?{q}').onopen=e=>e.target.send('commit')`))},
		{Name: "preconnect-click", Files: page(script("", preconnect+";"+send))},
		{Name: "preconnect-always", Files: page(script(`setInterval(()=>{`+preconnect+`},20)`, send))},
	}
}

func repeats() []Case {
	loop := `const t=()=>fetch('/commit?{q}',{method:'POST',body:'x'}).catch(()=>{}).then(()=>setTimeout(t,30));`
	return []Case{
		{Name: "reloaded", Modes: []Mode{Reload}, Copies: 1, Files: page(form)},
		{Name: "two-fetches", Copies: 1, Files: page(script("", send+send))},
		{Name: "form-and-loop", Copies: 3, Files: page(script(loop,
			`t();const f=document.createElement('form');f.method='post';f.action='/commit?{q}';document.body.append(f);f.submit()`))},
	}
}

func answers() []Case {
	big := `const b=new Blob([new Uint8Array(20e6)])`
	upload := `const d=new FormData();d.append('file',b,'a.bin');fetch('/commit?{q}',{method:'POST',body:d}).then(r=>out.textContent=r.status,e=>out.textContent=e)`
	return []Case{
		{Name: "redirected", Files: page(form), Modes: []Mode{SeeOther, Again}},
		{Name: "redirected-declared", Files: page(form), Rules: at("POST", "/commit"), Modes: []Mode{Again}},
		{Name: "challenged", Files: page(form), Modes: []Mode{Login}},
		{Name: "download", Files: page(form), Modes: []Mode{Download}},
		{Name: "large", Files: page(script(big, upload)), Modes: []Mode{OK, Cut}},
		{Name: "misdirected", Files: page(form), Modes: []Mode{Unsure}},
	}
}
