package browser

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers/page"
)

func maskedPicture(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	form := `<style>input, textarea { font-size: 40px }</style><input id=user><div id=h></div><iframe width=900 srcdoc="<style>input { font-size: 40px }</style><input id=inner>"></iframe>
		<script>h.attachShadow({mode: 'open'}).innerHTML = '<textarea id=t style="font-size:40px"></textarea>'</script>`
	if err := page.Do(ctx, page.Goto(servePage(t, form)), page.See(page.Good(page.Has("#inner")))); err != nil {
		t.Fatal(err)
	}
	shoot := func(mask bool) []byte {
		tab.Mask(mask)
		p, err := tab.Picture(ctx)
		if err != nil || !bytes.HasPrefix(p, []byte{0xff, 0xd8}) {
			t.Fatalf("picture of %d bytes: %v", len(p), err)
		}
		return p
	}
	empty := shoot(false)
	for _, f := range []string{"#user", "#t", "#inner"} {
		if err := page.Do(ctx, page.Fill(f, "billing@example.com")); err != nil {
			t.Fatal(err)
		}
	}
	if filled := shoot(false); bytes.Equal(filled, empty) {
		t.Error("the picture does not show what the fields hold")
	}
	if !bytes.Equal(shoot(true), empty) {
		t.Error("a masked picture shows what the fields hold")
	}
	if filled := shoot(false); bytes.Equal(filled, empty) {
		t.Error("the mask stays on")
	}
}

func evidenceOfBusyPage(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	if err := page.Do(ctx, page.Goto(servePage(t, `<button onclick="for (;;);">Submit</button>`)), page.Click(submit)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	soon(t, time.Second, func() {
		if _, err := tab.Text(ctx); err == nil {
			t.Error("a busy page told its text")
		}
	})
}

func blankedDocument(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	canaries := []string{"hunter2", "h1dden", "t0ken", "scr1pt", "c0mment", "h4ndler", "n0nce", "sess10n", "met4"}
	html := `<!-- c0mment --><script>var a = 'scr1pt'</script><meta name=csrf-param content=met4><input type=password value=hunter2 id=p><input type=hidden value=h1dden>
		<input name=auth_token value=t0ken><button onclick="h4ndler()" nonce=n0nce>Submit</button><a href="/x?a=1&session_id=sess10n#y">link</a><input value="kept"><p>Invoice 88</p>`
	if err := page.Do(ctx, page.Goto(servePage(t, html)), page.Fill("#p", "typed-secret")); err != nil {
		t.Fatal(err)
	}
	doc, err := tab.HTML(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, canary := range append(canaries, "typed-secret") {
		if strings.Contains(doc, canary) {
			t.Errorf("%s is in the document", canary)
		}
	}
	for _, part := range []string{"Invoice 88", `value="kept"`, "a=1", "#y"} {
		if !strings.Contains(doc, part) {
			t.Errorf("%s is not in the document:\n%s", part, doc)
		}
	}
	if text, err := tab.Text(ctx); err != nil || !strings.Contains(text, "Invoice 88") || strings.Contains(text, "typed-secret") {
		t.Errorf("text is %q, %v", text, err)
	}
	if _, text, err := tab.Await(ctx, []page.Probe{page.Has("#p")}); err != nil || text != "" {
		t.Errorf("a password field shows %q, %v", text, err)
	}
	for _, n := range tab.Trace() {
		if strings.Contains(fmt.Sprintf("%+v", n), "typed-secret") {
			t.Errorf("the trace tells a value: %v", n)
		}
	}
}

func readRows(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	html := `<table><tr class=r><td class=n>INV-1</td><td class=a> 1,200.00
		USD</td></tr><tr class=r hidden><td class=n>template</td></tr><tr class=r><td class=n><input value="INV-2"></td></tr></table>`
	if err := page.Do(ctx, page.Goto(servePage(t, html))); err != nil {
		t.Fatal(err)
	}
	rows, err := page.Rows(ctx, "tr.r", ".n, .n input", ".a", ".n input")
	if got, want := fmt.Sprint(rows), `[[INV-1 1,200.00 USD ] [ INV-2]]`; err != nil || got != fmt.Sprint([][]string{{"INV-1", "1,200.00 USD", ""}, {"", "", "INV-2"}}) {
		t.Errorf("rows are %q, %v, want %s", got, err, want)
	}
	if none, err := page.Rows(ctx, "tr.none", ".n"); err != nil || len(none) != 0 {
		t.Errorf("rows are %v, %v, want none", none, err)
	}
}
