package sample

import (
	"slices"
	"strings"

	"example.com/lodge/ledes"
)

// A Firm is a law firm that does not exist. Its tax id begins as none does that the tax
// office has given out.
type Firm struct {
	ID   string // LAW_FIRM_ID
	Name string

	letters string // which its invoice numbers begin with
	address ledes.Address
	tax     string // rate, as the state has it in which the firm is
	taxType string
	keepers []keeper
}

// A rank is what a timekeeper may be; several are a set.
type rank uint8

const (
	partner rank = 1 << iota
	associate
	paralegal

	lawyer = partner | associate
	junior = associate | paralegal
)

// A keeper is a timekeeper.
type keeper struct {
	id, name string // "Last, First"
	rank     rank
	class    string
	rate     int64 // an hour, in whole dollars
}

func (k keeper) timekeeper() ledes.Timekeeper {
	last, first, _ := strings.Cut(k.name, ", ")
	return ledes.Timekeeper{ID: k.id, Name: k.name, Class: k.class, Last: last, First: first}
}

// Firms are all firms that invoices may be of.
func Firms() []Firm { return slices.Clone(firms[:]) }

// firms are in states that tax legal services, so that there is a tax to show.
var firms = [...]Firm{
	{
		ID: "07-3318204", Name: "Vane, Ashcombe & Rill LLP", letters: "VAR",
		address: ledes.Address{
			Line1: "410 Piedra Lane NW", Line2: "Suite 900",
			City: "Albuquerque", Region: "NM", Postcode: "87102", Country: "USA",
		},
		tax: "0.07625", taxType: "GRT",
		keepers: []keeper{
			{"EV01", "Vane, Eleanor", partner, "PARTNR", 285},
			{"TA02", "Ashcombe, Tobias", partner, "PARTNR", 270},
			{"NB11", "Barrow, Nadia", associate, "ASSOC", 210},
			{"IS14", "Sandhu, Ishaan", associate, "ASSOC", 195},
			{"CW17", "Wexley, Carmen", associate, "ASSOC", 185},
			{"JT31", "Trujillo, Joss", paralegal, "PARALG", 110},
			{"PM33", "Minns, Patrice", paralegal, "PARALG", 100},
		},
	},
	{
		ID: "18-2240917", Name: "Pellworth Dunmore PLLC", letters: "PD",
		address: ledes.Address{
			Line1: "77 Koa Wharf Road",
			City:  "Honolulu", Region: "HI", Postcode: "96813", Country: "USA",
		},
		tax: "0.04712", taxType: "GET",
		keepers: []keeper{
			{"PEL", "Pellworth, Agnes", partner, "PARTNR", 310},
			{"DUN", "Dunmore, Rafe", partner, "PARTNR", 295},
			{"KEA", "Keawe, Lani", associate, "ASSOC", 225},
			{"OST", "Osterby, Mark", associate, "ASSOC", 205},
			{"FUJ", "Fujita, Erin", paralegal, "PARALG", 120},
			{"BRA", "Brandt, Colleen", paralegal, "PARALG", 105},
		},
	},
	{
		ID: "29-4471063", Name: "Thistlewood & Carrow LLP", letters: "TC",
		address: ledes.Address{
			Line1: "1200 Old Quarry Avenue", Line2: "Third Floor",
			City: "Sioux Falls", Region: "SD", Postcode: "57104", Country: "USA",
		},
		tax: "0.062", taxType: "Sales tax",
		keepers: []keeper{
			{"1001", "Thistlewood, Henrik", partner, "PARTNR", 255},
			{"1004", "Carrow, Beatrix", partner, "PARTNR", 240},
			{"1012", "Lindahl, Petra", associate, "ASSOC", 190},
			{"1015", "Ostroff, Dale", associate, "ASSOC", 180},
			{"1021", "Achterberg, Kim", associate, "ASSOC", 175},
			{"1040", "Sorley, Wade", paralegal, "PARALG", 95},
		},
	},
	{
		ID: "78-1905536", Name: "Hollisand Brack LLP", letters: "HB",
		address: ledes.Address{
			Line1: "25 Calle Alondra",
			City:  "Santa Fe", Region: "NM", Postcode: "87501", Country: "USA",
		},
		tax: "0.081875", taxType: "GRT",
		keepers: []keeper{
			{"H.HOLLISAND", "Hollisand, Hugo", partner, "PARTNR", 275},
			{"M.BRACK", "Brack, Marisol", partner, "PARTNR", 265},
			{"D.OYELARAN", "Oyelaran, Dupe", associate, "ASSOC", 205},
			{"S.QUINTO", "Quinto, Sofia", associate, "ASSOC", 190},
			{"V.ELLERY", "Ellery, Vince", paralegal, "PARALG", 105},
		},
	},
}

// taxed is what a fee of the firm is taxed, before it is computed.
func (f Firm) taxed() ledes.Tax {
	rate, _ := ledes.ParseRate(f.tax) // a test reads those of the table
	return ledes.Tax{Rate: rate, Type: f.taxType}
}
