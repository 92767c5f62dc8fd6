package notify_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/notify"
)

func TestOneMessageForAll(t *testing.T) {
	h := newHook(t)
	r := newRig(t, map[string]string{"all": "generic://" + h.host() + "/in?disabletls=yes&template=json"}, channel("all"))
	items := rejected("firm-harbor", 37)
	items = append(items,
		notify.Item{ID: "x", Account: "firm-granite", Carrier: "granite", Who: carriers.Operator, What: notify.LoginRefused,
			Since: noon.Add(-26 * time.Hour), Waiting: 12},
		notify.Item{ID: "y", Account: "firm-harbor", Carrier: "harbor", Who: carriers.Author, What: notify.Changed,
			Invoice: "MQ-1", Key: "k", Since: noon.Add(-400 * 24 * time.Hour)})
	r.tell(t, items...)
	got := h.took()
	if len(got) != 1 {
		t.Fatalf("%d messages: %q", len(got), got)
	}
	want := posted{
		Title: "Lodge: 1 account and 38 invoices need somebody",
		Message: `The biller acts:
- firm-harbor (harbor): 37 invoices rejected by the carrier, since Mon 23 Nov 11:00: INV-AA-1, INV-AB-1, INV-AC-1 and 34 more
The operator acts:
- firm-granite (granite) is held back: its login was refused, since Sun 22 Nov 10:00; 12 invoices wait
The author acts:
- firm-harbor (harbor): 1 invoice waiting: the carrier's site has changed, since 19 Oct 2025: MQ-1

What to do: type lodge status
`}
	if diff := cmp.Diff(want, decode(t, got[0])); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A carrier's site holds all of its accounts back, and is told as that.
func TestASiteIsOneLine(t *testing.T) {
	h := newHook(t)
	r := newRig(t, map[string]string{"all": "generic://" + h.host() + "/in?disabletls=yes&template=json"}, channel("all"))
	r.tell(t, append(rejected("firm-harbor", 2),
		notify.Item{ID: "s", Carrier: "harbor", Who: carriers.Operator, What: notify.SiteDown, Since: noon.Add(-26 * time.Hour), Waiting: 12},
		notify.Item{ID: "c", Carrier: "granite", Who: carriers.Author, What: notify.SiteChanged, Since: noon.Add(-26 * time.Hour)},
		notify.Item{ID: "x", Account: "firm-granite", Carrier: "granite", Who: carriers.Operator, What: notify.LoginRefused})...)
	got := decode(t, h.took()[0])
	if got.Title != "Lodge: 2 sites, 1 account and 2 invoices need somebody" {
		t.Errorf("title: %s", got.Title)
	}
	for _, line := range []string{
		"- every account (harbor) is held back: the carrier's site has been down for more than a day, since Sun 22 Nov 10:00; 12 invoices wait\n",
		"The author acts:\n- every account (granite) is held back: the carrier's site has changed, since Sun 22 Nov 10:00\n",
	} {
		if !strings.Contains(got.Message, line) {
			t.Errorf("it does not say %q:\n%s", line, got.Message)
		}
	}
}

// A destination of the outbox that cannot be told is a line of its own.
func TestDestinationsThatAreNotTold(t *testing.T) {
	h := newHook(t)
	r := newRig(t, map[string]string{"all": "generic://" + h.host() + "/in?disabletls=yes&template=json"}, channel("all"))
	r.tell(t,
		notify.Item{ID: "d1", Destination: "books", Who: carriers.Operator, What: notify.Untold, Since: noon.Add(-26 * time.Hour), Waiting: 3},
		notify.Item{ID: "d2", Destination: "files", Who: carriers.Operator, What: notify.Untold, Since: noon.Add(-2 * time.Hour), Waiting: 1})
	got := decode(t, h.took()[0])
	if got.Title != "Lodge: 2 destinations need somebody" {
		t.Errorf("title: %s", got.Title)
	}
	for _, line := range []string{
		"- books has not been told what became of invoices, since Sun 22 Nov 10:00; 3 invoices wait\n",
		"- files has not been told what became of invoices, since Mon 23 Nov 10:00; 1 invoice waits\n",
	} {
		if !strings.Contains(got.Message, line) {
			t.Errorf("it does not say %q:\n%s", line, got.Message)
		}
	}
}

// Passwords that will soon be too old are told by carrier, with their accounts.
func TestPasswordsOfACarrierAreOneLine(t *testing.T) {
	h := newHook(t)
	r := newRig(t, map[string]string{"all": "generic://" + h.host() + "/in?disabletls=yes&template=json"}, channel("all"))
	items := rejected("firm-harbor", 1)
	for _, account := range []string{"firm-a", "firm-b", "firm-c", "firm-d"} {
		items = append(items, notify.Item{ID: account, Account: account, Carrier: "harbor", Who: carriers.Operator, What: notify.Ageing})
	}
	r.tell(t, items...)
	got := decode(t, h.took()[0])
	if got.Title != "Lodge: 1 invoice and 4 passwords need somebody" {
		t.Errorf("title: %s", got.Title)
	}
	line := "- harbor: 4 passwords soon too old for the carrier's site: firm-a, firm-b, firm-c and 1 more\n"
	if !strings.Contains(got.Message, line) {
		t.Errorf("it does not say %q:\n%s", line, got.Message)
	}
}

// Whatever stands where an invoice's number should be, a message shows it only
// if it looks like one.
func TestNoTextOfAnybodyElse(t *testing.T) {
	h := newHook(t)
	for _, hostile := range []string{
		"Conference with client re settlement authority", "privileged", "SETTLEMENT", "<!channel>", "*bold* 1", "http://evil.example/1",
		"evil.example/1", "a@evil.example1", "1\nBcc: x@evil.example", "\u202e1-VNI", "INV 1", "1|2", strings.Repeat("9", 25), "../../1", "ü1",
	} {
		r := newRig(t, map[string]string{"all": h.plain()}, channel("all"))
		item := rejected("firm-harbor", 1)[0]
		item.Invoice, item.Key = hostile, "01jd8q6yk3hsr2m5x0v4n7b9pt"
		r.tell(t, item)
		got := strings.Join(h.took(), "")
		if strings.Contains(got, hostile) || !strings.Contains(got, item.Key) {
			t.Errorf("%q is shown:\n%s", hostile, got)
		}
	}
	for _, number := range []string{"1", "INV-1042", "2026/11/7", "A_1#2", "INV.2026.001", strings.Repeat("9", 24)} {
		r := newRig(t, map[string]string{"all": h.plain()}, channel("all"))
		item := rejected("firm-harbor", 1)[0]
		item.Invoice = number
		r.tell(t, item)
		if got := strings.Join(h.took(), ""); !strings.Contains(got, ": "+number+"\n") {
			t.Errorf("%q is not shown:\n%s", number, got)
		}
	}
}

var (
	counted = regexp.MustCompile(`(?m)^- [^:]*: (\d+) invoice|^and (?:(\d+) accounts?)?(?: and )?(?:(\d+) invoices?)? more$`)
	held    = regexp.MustCompile(`(?m)^- .* is held back: `)
)

// Whatever needs whomever, each channel gets one message, of a bounded length,
// in which every item of its people is counted once.
func TestAllAreCounted(t *testing.T) {
	h := newHook(t)
	rapid.Check(t, func(rt *rapid.T) {
		whats := []notify.What{notify.Rejected, notify.Quarantined, notify.Waiting, notify.LoginRefused, notify.NoLogin}
		var items []notify.Item
		want, accounts := 0, map[string]bool{}
		who := rapid.SampledFrom(everybody).Draw(rt, "channel's")
		for i := range rapid.IntRange(1, 120).Draw(rt, "n") {
			item := notify.Item{
				ID: fmt.Sprint(i), Account: fmt.Sprintf("firm-%d", rapid.IntRange(1, 30).Draw(rt, "account")), Carrier: "harbor",
				Who: rapid.SampledFrom(everybody).Draw(rt, "who"), What: rapid.SampledFrom(whats).Draw(rt, "what"),
				Invoice: rapid.StringN(0, 30, -1).Draw(rt, "invoice"), Key: "key",
			}
			if item.What.Account() { // an account is held back once
				if accounts[item.Account] {
					continue
				}
				accounts[item.Account] = true
			}
			items = append(items, item)
			if item.Who == who {
				want++
			}
		}
		c := channel("one")
		c.For = []carriers.Person{who}
		r := newRig(t, map[string]string{"one": h.plain()}, c)
		r.tell(t, items...)
		got := h.took()
		if want == 0 {
			if len(got) != 0 {
				rt.Fatalf("nothing to tell, and told %q", got)
			}
			return
		}
		if len(got) != 1 || len(got[0]) > 2000 {
			rt.Fatalf("%d messages: %q", len(got), got)
		}
		n := len(held.FindAllString(got[0], -1))
		for _, m := range counted.FindAllStringSubmatch(got[0], -1) {
			for _, digits := range m[1:] {
				k, _ := strconv.Atoi(digits)
				n += k
			}
		}
		if n != want {
			rt.Fatalf("%d items are counted, want %d:\n%s", n, want, got[0])
		}
	})
}
