package browser

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
)

// redesigned is an upload page after its redesign: other words, other marks.
const redesigned = `<title>New submission</title><h1>Submit an invoice</h1><nav><a href=/help>Help</a></nav>
<form><label for=claim>Claim or matter number</label><input id=claim value="4711-of-a-client">
<label>Password <input type=password value=hunter2></label>
<select id=payer aria-label="Client or payer"><option>HARBOR-GL</option></select>
<input type=hidden name=csrf value=t0ken>
<label>LEDES document <input type=file id=document style="display:none"></label>
<div data-testid=upload-panel role=group>Panel</div>
<button id=send type=button>Send the invoice</button></form><p class=note>Processing takes a day</p>`

// TestMissTellsWhatIsThere: whoever reads that something is missing reads what
// the page has in its place, and never what fields hold.
func TestMissTellsWhatIsThere(t *testing.T) {
	b := startBrowser(t, Options{Patience: 700 * time.Millisecond})
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	if err := page.Do(ctx, page.Goto(servePage(t, redesigned))); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		step  page.Step
		first string // of the elements that are told
	}{
		{page.Click(page.Role("button", "Submit invoice")), `<button id="send" type="button"> "Send the invoice"`},
		{page.Fill(page.Label("Matter number"), "x"), `<input id="claim"> "Claim or matter number"`},
		{page.Fill("#matter", "x"), `<input id="claim"> "Claim or matter number"`},
		{page.Choose(page.Label("Client"), "x"), `<select id="payer"> "Client or payer"`},
		{page.Attach("#file", testFiles(t)+"/small.txt"), `<input id="document" type="file"> "LEDES document" (cannot be seen)`},
		{page.Click(page.TestID("upload-pane")), `<div data-testid="upload-panel">`},
		{page.Click(page.WithText("Processing takes a week")), `<p class="note"> "Processing takes a day"`},
	} {
		err := page.Do(ctx, c.step)
		said := fmt.Sprint(err)
		_, shown, _ := strings.Cut(said, `most alike on it: `)
		if carriers.KindOf(err) != carriers.SiteChanged || !strings.HasPrefix(shown, c.first) {
			t.Errorf("%v\n  is not most alike %s", err, c.first)
		}
		for _, part := range []string{c.step.String(), "the page is /", `titled "test"`} {
			if !strings.Contains(said, part) {
				t.Errorf("it does not say %q: %s", part, said)
			}
		}
		for _, value := range []string{"4711-of-a-client", "hunter2", "t0ken"} {
			if strings.Contains(said, value) {
				t.Errorf("it tells what a field holds: %s", said)
			}
		}
		if len(said) > 900 {
			t.Errorf("%d letters are no text for people: %s", len(said), said)
		}
	}
}

// TestNoSignTellsWhatIsThere: where no sign shows, the elements in which they
// were looked for are told, or else the page's own words.
func TestNoSignTellsWhatIsThere(t *testing.T) {
	b := startBrowser(t, Options{Patience: 700 * time.Millisecond})
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	for _, c := range []struct {
		html, want string
		sign       page.Probe
	}{
		{redesigned, `it has: <h1> "Submit an invoice"`, page.Text("h1", "welcome")},
		{redesigned, `most alike #claims on it: <input id="claim"> "Claim or matter number"`, page.Has("#claims")},
		{`<h1>Elsewhere</h1>`, `it says: Elsewhere`, page.Has("#welcome")},
		{``, `it is empty`, page.Has("#welcome")},
		{`<script>setTimeout(() => { for (;;); }, 20)</script>`, "does not answer", page.Has("#welcome")},
	} {
		err := page.Do(ctx, page.Goto(servePage(t, c.html)), page.See(page.Good(c.sign)))
		if !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("it does not say %s: %v", c.want, err)
		}
	}
}
