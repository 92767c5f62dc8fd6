package notify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/lodge/carriers"
)

// A digest is what one channel is told in one message.
type digest struct {
	fresh []Item // not told before
	again []Item // told long ago, and nothing has changed
	rest  []Item // told of late: they are only counted
}

func (d digest) empty() bool { return len(d.fresh)+len(d.again) == 0 }

// A matter is what items must have in common to be told in one line.
type matter struct {
	who                           carriers.Person
	account, carrier, destination string
	what                          What
}

// A group is what one line of a message tells of.
type group struct {
	matter
	items []Item
	since time.Time // of the oldest; zero: not known
}

// How much a message holds: messengers refuse long ones (Discord: 2,000 characters).
const (
	mostGroups = 12
	mostNames  = 3
)

// groups puts together what is the same matter of the same account, in the order
// of who acts, accounts before invoices, the largest first.
func groups(items []Item) []group {
	at := map[matter]int{}
	var list []group
	for _, i := range items {
		k := matter{i.Who, i.Account, i.Carrier, i.Destination, i.What}
		if i.What == Ageing { // those of one carrier are changed in one sitting
			k.account = ""
		}
		n, ok := at[k]
		if !ok {
			n = len(list)
			at[k] = n
			list = append(list, group{matter: k, since: i.Since})
		}
		g := &list[n]
		g.items = append(g.items, i)
		if g.since.IsZero() || !i.Since.IsZero() && i.Since.Before(g.since) {
			g.since = i.Since
		}
	}
	slices.SortFunc(list, func(a, b group) int {
		return cmp.Or(cmp.Compare(rank(a.who), rank(b.who)), -compare(a.what.Account(), b.what.Account()),
			-cmp.Compare(len(a.items), len(b.items)), cmp.Compare(a.account, b.account), cmp.Compare(a.what, b.what),
			cmp.Compare(a.carrier, b.carrier), cmp.Compare(a.destination, b.destination))
	})
	return list
}

func compare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func rank(p carriers.Person) int {
	return slices.Index(carriers.People(), p)
}

// title is the first that people see: what there is, counted.
func (d digest) title() string {
	if len(d.fresh) > 0 {
		return "Lodge: " + tally(d.fresh) + " " + needs(len(d.fresh)) + " somebody"
	}
	return "Lodge: " + tally(d.again) + " still " + needs(len(d.again)) + " somebody"
}

func needs(n int) string {
	if n == 1 {
		return "needs"
	}
	return "need"
}

// tally counts items: "1 site, 2 accounts, 37 invoices, 1 password and 1 destination".
func tally(items []Item) string {
	n := map[string]int{}
	for _, i := range items {
		n[i.thing()]++
	}
	var parts []string
	for _, thing := range []string{"site", "account", "invoice", "password", "destination"} {
		if n[thing] > 0 {
			parts = append(parts, count(n[thing], thing))
		}
	}
	return enumerate(parts)
}

// thing is what an item is one of.
func (i Item) thing() string {
	switch {
	case i.What.Site():
		return "site"
	case i.What == Ageing:
		return "password"
	case i.What == Untold:
		return "destination"
	case i.What.Account():
		return "account"
	}
	return "invoice"
}

// enumerate makes a sentence's part of a list: "a, b and c".
func enumerate(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// text is the message below its title.
func (d digest) text(now time.Time, zone *time.Location) string {
	var b strings.Builder
	d.part(&b, "", d.fresh, now, zone)
	d.part(&b, "Still waiting, told before:\n", d.again, now, zone)
	if len(d.rest) > 0 {
		fmt.Fprintf(&b, "Besides, %s told before still %s.\n", tally(d.rest), waits(len(d.rest)))
	}
	b.WriteString("What to do: type lodge status\n")
	return b.String()
}

func waits(n int) string {
	if n == 1 {
		return "waits"
	}
	return "wait"
}

// part writes a line for each group of items, under who acts.
func (d digest) part(b *strings.Builder, head string, items []Item, now time.Time, zone *time.Location) {
	if len(items) == 0 {
		return
	}
	b.WriteString(head)
	list, who := groups(items), carriers.Nobody
	for i, g := range list {
		if i == mostGroups {
			var more []Item
			for _, g := range list[i:] {
				more = append(more, g.items...)
			}
			fmt.Fprintf(b, "and %s more\n", tally(more))
			break
		}
		if g.who != who {
			who = g.who
			fmt.Fprintf(b, "The %s acts:\n", who)
		}
		b.WriteString("- " + g.line(now, zone) + "\n")
	}
	b.WriteString("\n")
}

// line tells of one group.
func (g group) line(now time.Time, zone *time.Location) string {
	where := cmp.Or(g.account, "every account")
	if g.carrier != "" {
		where += " (" + g.carrier + ")"
	}
	since := ""
	if !g.since.IsZero() {
		since = ", since " + g.since.In(zone).Format("Mon 2 Jan 15:04")
		if now.Sub(g.since) > 300*24*time.Hour {
			since = ", since " + g.since.In(zone).Format("2 Jan 2006")
		}
	}
	if g.what == Untold {
		return fmt.Sprintf("%s %s%s; %s %s", g.destination, g.what, since, count(g.items[0].Waiting, "invoice"), waits(g.items[0].Waiting))
	}
	if g.what == Ageing {
		return fmt.Sprintf("%s: %s %s%s", g.carrier, count(len(g.items), "password"), g.what, g.names())
	}
	if g.what.Account() {
		line := fmt.Sprintf("%s is held back: %s%s", where, g.what, since)
		if n := g.items[0].Waiting; n > 0 {
			line += fmt.Sprintf("; %s %s", count(n, "invoice"), waits(n))
		}
		return line
	}
	return fmt.Sprintf("%s: %s %s%s%s", where, count(len(g.items), "invoice"), g.what, since, g.names())
}

// names are the first few of a group's invoices, and how many more there are.
func (g group) names() string {
	var names []string
	for _, i := range g.items {
		if name := i.label(); name != "" && len(names) < mostNames {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	text := ": " + strings.Join(names, ", ")
	if more := len(g.items) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
