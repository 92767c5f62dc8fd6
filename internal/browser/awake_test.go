package browser

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"example.com/lodge/carriers/page"
)

// TestClosedPagesKeepNothing closes pages whose scripts go on: the next tab of the
// browser works all the same. Without [Browser.awake] it does not answer.
func TestClosedPagesKeepNothing(t *testing.T) {
	for _, exe := range []string{shell, full} {
		for name, script := range map[string]string{
			"asks again at once":   `const p=()=>fetch('?x').then(r=>r.text()).then(p,p);p();p()`,
			"waits for no answer":  `const p=()=>fetch('?x').finally(p);p()`,
			"never gives way":      `setTimeout(()=>{for(;;);},50)`,
			"never ends its turns": `setTimeout(()=>{const p=()=>Promise.resolve().then(p);p()},50)`,
		} {
			t.Run(filepath.Base(exe)+"/"+name, func(t *testing.T) {
				b := startBrowser(t, Options{Exe: exe, Patience: testPatience})
				for range 2 {
					closeBusy(t, b, servePage(t, `<h1>x</h1><script>`+script+`</script>`))
				}
				ctx, cancel := context.WithTimeout(t.Context(), prompt)
				defer cancel()
				next, err := b.Tab(ctx)
				if err != nil {
					t.Fatal(err)
				}
				if err := page.Do(next.Context(ctx), page.Goto(servePage(t, "<h1>next</h1>")),
					page.See(page.Good(page.Text("h1", "next")))); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// closeBusy opens a page in a tab of its own and closes it when its script is at
// it.
func closeBusy(t *testing.T, b *Browser, url string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*prompt)
	defer cancel()
	tab, err := b.Tab(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := tab.Goto(ctx, url); err != nil {
		t.Fatal(err)
	}
	short, stop := context.WithTimeout(ctx, 100*time.Millisecond)
	defer stop()
	if _, _, err := tab.Await(short, []page.Probe{page.Has("#never")}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if err := tab.Close(ctx); err != nil {
		t.Fatal(err)
	}
}
