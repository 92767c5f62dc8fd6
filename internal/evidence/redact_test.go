package evidence_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"example.com/lodge/internal/evidence"
)

const portalPage = `<!DOCTYPE html><html><head><title>Result</title>
<base href="https://portal.example/"><link rel=preconnect href=https://t.example><meta name="csrf-token" content="LEAK1"><meta http-equiv=refresh content="0;url=https://x.example/LEAK2">
<meta charset=utf-8><style>.ok{color:green}</style><script>var t="LEAK3"</script><script type="application/json">{"t":"LEAK4"}</script></head>
<body onload="f('LEAK5')" data-csrf="LEAK6"><!-- LEAK7 --><h1 class=ok>Confirmation 88213</h1>
<form action="/invoices?token=LEAK8&amp;page=2"><input type=password value=LEAK9><input type=HIDDEN name=x value=LEAK10><input name=user_otp value=LEAK11>
<input name=amount value="1,200.00"><textarea name=auth_note>LEAK12</textarea><textarea name=note>kept note</textarea></form>
<a href="java	script:f('LEAK13')">a</a><a href="/list;jsessionid=LEAK14?page=3#access_token=LEAK15">kept link</a>
<iframe srcdoc="<input type=hidden value=LEAK16>"></iframe><noscript><input type=hidden value=LEAK17></noscript><template><input type=hidden value=LEAK18></template>
<svg><script>LEAK19</script><a xlink:href="javascript:LEAK20"><text>kept svg</text></a></svg><img src=x onerror="LEAK21"><p nonce=LEAK22>kept text</p></body></html>`

func TestRedactLeavesWhatPeopleSee(t *testing.T) {
	got := string(evidence.Redact([]byte(portalPage)))
	if i := strings.Index(got, "LEAK"); i >= 0 {
		t.Errorf("left %q", got[i:min(len(got), i+30)])
	}
	for _, kept := range []string{"Confirmation 88213", "1,200.00", "kept note", "kept link", "page=3", "kept svg", "kept text", ".ok{color:green}", "<title>Result</title>", "Content-Security-Policy"} {
		if !strings.Contains(got, kept) {
			t.Errorf("%q went too", kept)
		}
	}
	if again := string(evidence.Redact([]byte(got))); again != got {
		t.Errorf("redacted twice it is\n%s\nnot\n%s", again, got)
	}
}

func TestRedactGivesUpOnWhatItCannotRead(t *testing.T) {
	got := string(evidence.Redact([]byte(strings.Repeat("<div>", 5000) + "<input type=hidden value=LEAK>")))
	if strings.Contains(got, "LEAK") || !strings.Contains(got, "kept nothing") {
		t.Errorf("kept %.200q", got)
	}
}

// FuzzRedact reads the result as a browser would and looks for what must not be there.
func FuzzRedact(f *testing.F) {
	f.Add(portalPage)
	f.Add("<math><mi><style><!--</style><img title='--><script>1</script>'>")
	f.Add("<form><div></form><form><input type=hidden value=x></div>")
	f.Add("<svg></p><style><a id='</style><input type=password value=x>'>")
	f.Add("<table><tr><script>1</script><td onclick=x><select><input type=hidden value=1>")
	f.Fuzz(func(t *testing.T, page string) {
		out := evidence.Redact([]byte(page))
		doc, err := html.Parse(bytes.NewReader(out))
		if err != nil {
			t.Fatalf("%q became %q: %v", page, out, err)
		}
		for n := range doc.Descendants() {
			if n.Type == html.CommentNode || n.Type == html.ElementNode && (n.Data == "script" || n.Data == "iframe" || n.Data == "link") {
				t.Errorf("%q: left <%s>", out, n.Data)
			}
			hidden := false
			for _, a := range n.Attr {
				hidden = hidden || n.Data == "input" && a.Key == "type" && (strings.EqualFold(a.Val, "hidden") || strings.EqualFold(a.Val, "password"))
				if strings.HasPrefix(strings.ToLower(a.Key), "on") {
					t.Errorf("%q: left %s", out, a.Key)
				}
			}
			for _, a := range n.Attr {
				if hidden && a.Key == "value" && a.Val != "" {
					t.Errorf("%q: left the value %q", out, a.Val)
				}
			}
		}
	})
}

func BenchmarkRedactPage(b *testing.B) {
	page := []byte(strings.Repeat(portalPage[strings.Index(portalPage, "<form"):strings.Index(portalPage, "</body")], 100))
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		evidence.Redact(page)
	}
}
