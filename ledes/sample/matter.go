package sample

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"example.com/lodge/ledes"
)

// A Client is an insurance carrier that does not exist.
type Client struct {
	ID   string // which its CLIENT_IDs begin with; a line of insurance follows
	Name string

	number  int // at every firm
	taxID   string
	address ledes.Address
}

// Clients are all clients that invoices may be for. HARBOR is the carrier whose portal Lodge
// simulates; it knows these CLIENT_IDs.
func Clients() []Client { return slices.Clone(clients[:]) }

var clients = [...]Client{
	{"HARBOR", "Harbor Mutual", 2104, "08-5540172", ledes.Address{
		Line1: "1 Breakwater Plaza", City: "Portland", Region: "ME", Postcode: "04101", Country: "USA"}},
	{"LARKMOOR", "Larkmoor Indemnity Company", 3317, "17-9083346", ledes.Address{
		Line1: "600 Larkmoor Center", Line2: "Claims Department", City: "Columbus", Region: "OH", Postcode: "43215", Country: "USA"}},
	{"TIDEWALL", "Tidewall Casualty Group", 4082, "49-2217705", ledes.Address{
		Line1: "88 Gannet Street", City: "Hartford", Region: "CT", Postcode: "06103", Country: "USA"}},
	{"FOURELMS", "Four Elms Assurance", 5120, "89-6631408", ledes.Address{
		Line1: "2300 Four Elms Parkway", Line2: "PO Box 77", City: "Des Moines", Region: "IA", Postcode: "50309", Country: "USA"}},
}

// A stage is how far a case has come; several are a set.
type stage uint8

const (
	opening stage = 1 << iota
	discovery
	trial

	early = opening | discovery
	late  = discovery | trial
	ever  = opening | discovery | trial
)

// A matter is a case that a firm defends for a client.
type matter struct {
	client  Client
	line    line
	id      string // the firm's
	claim   string // the client's
	title   string
	insured string
	stage   stage
	team    []keeper
}

// matter is the case of the nth invoice, the same in every month.
func (g *Generator) matter(n int) matter {
	random := g.stream(matters, n)
	m := matter{
		client:  pick(random, g.clients),
		line:    pick(random, lines[:]),
		insured: pick(random, insureds[:]),
		stage:   pick(random, []stage{opening, discovery, discovery, trial}),
		team:    g.firm.team(random),
	}
	m.id = fmt.Sprintf("%04d-%05d", m.client.number, g.cases+n)
	m.claim = fmt.Sprintf("%s-%07d", m.line.claim, between(random, 1_000_000, 9_999_999))
	m.title = strings.NewReplacer("PERSON", pick(random, surnames[:]), "INSURED", m.insured).Replace(m.line.title)
	return m
}

// team is who works on a case: a partner, two associates at most, a paralegal.
func (f Firm) team(random *rand.Rand) []keeper {
	var team []keeper
	room := map[rank]int{partner: 1, associate: 2, paralegal: 1}
	for _, i := range random.Perm(len(f.keepers)) {
		if k := f.keepers[i]; room[k.rank] > 0 {
			room[k.rank]--
			team = append(team, k)
		}
	}
	return team
}

// words replaces what stands for something of the case in a narrative by what chance picks.
func (m matter) words(random *rand.Rand) *strings.Replacer {
	return strings.NewReplacer(
		"INSURED", m.insured,
		"CLAIMANT", m.line.claimant,
		"PLEADING", m.line.pleading,
		"RECORD", pick(random, m.line.records),
		"EXPERT", pick(random, m.line.experts),
		"WITNESS", pick(random, m.line.witnesses),
		"ISSUE", pick(random, m.line.issues),
	)
}

// international is what LEDES 98BI has of an invoice on m before its sums are known.
func (m matter) international(f Firm) ledes.International {
	i := ledes.International{
		ClientTaxID: m.client.taxID, MatterName: m.title, Currency: "USD", AccountType: "O",
		LawFirm: f.address, Client: m.client.address,
	}
	i.LawFirm.Name, i.Client.Name = f.Name, m.client.Name
	return i
}
