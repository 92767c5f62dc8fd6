package adverse

// Eager are pages that do not wait for a click: they commit by themselves when
// they are opened, when #name is filled in or when #file is given a file. Each
// also commits on a timer, until it is gone.
func Eager() []Case {
	const inputs = `<!doctype html><form id=f method=post action="/commit?{q}" enctype=multipart/form-data>` +
		`<input id=name name=name>` + file + `</form>`
	eager := func(name, before, act string, more ...string) Case {
		return Case{Name: name, Rules: at("POST", "/commit"), Copies: 3, Files: pages(inputs+"<script>"+before+`;const act=()=>{`+act+`};
document.getElementById('name').oninput=act;file.onchange=act;setInterval(act,40);act()</script>`, more...)}
	}
	const post = `fetch('/commit?{q}',{method:'POST',body:'x'}).catch(()=>{});`
	return []Case{
		eager("eager-fetch", "", post),
		eager("eager-form", "", `f.submit()`),
		eager("eager-form-asked", "", `f.requestSubmit()`),
		eager("eager-popup", "", `f.target='_blank';f.submit()`),
		eager("eager-xhr-sync", "", `const x=new XMLHttpRequest();x.open('POST','/commit?{q}',false);try{x.send('x')}catch(e){}`),
		eager("eager-beacon", "", `navigator.sendBeacon('/commit?{q}','x')`),
		eager("eager-keepalive", "", `fetch('/commit?{q}',{method:'POST',body:'x',keepalive:true}).catch(()=>{})`),
		eager("eager-renamed", "", `fetch('/commit-v2?{q}',{method:'POST',body:'x'}).catch(()=>{})`),
		eager("eager-other-host", "", `fetch('https://`+Upload+`/commit?{q}',{method:'POST',body:'x'}).catch(()=>{})`),
		tries(1, eager("eager-leaving", `addEventListener('pagehide',()=>navigator.sendBeacon('/commit?{q}','x'))`, `location.href='/bye?{q}'`)),
		eager("eager-worker", `const w=new Worker('/w.js?{q}')`, `w.postMessage(1)`,
			"/w.js", `onmessage=()=>fetch('/commit?{q}',{method:'POST',body:'x'}).catch(()=>{})`),
		eager("eager-service-worker", `const ready=navigator.serviceWorker.register('/sw.js?{q}').then(()=>navigator.serviceWorker.ready)`,
			`ready.then(r=>r.active.postMessage(1))`, "/sw.js",
			`onmessage=e=>e.waitUntil((async()=>{for(let i=0;i<60;i++){try{await fetch('/commit?{q}',{method:'POST',body:'x'})}catch(x){}
await new Promise(r=>setTimeout(r,50))}})())`),
		eager("eager-frame", "", `const i=document.createElement('iframe');i.src='/frame?{q}';document.body.append(i)`,
			"/frame", `<form id=f method=post action="/commit?{q}"></form><script>f.submit()</script>`),
		tries(0, eager("eager-socket", "", `const s=new WebSocket('wss://`+Portal+`/ws?{q}');s.onopen=()=>s.send('commit')`)),
	}
}

// tries is c where only n requests are failed: it leaves, or the proxy refuses
// what it tries.
func tries(n int, c Case) Case {
	c.Copies = n
	return c
}
