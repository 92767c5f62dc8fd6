package demo

import "example.com/lodge/ledes"

// Firm is the law firm of the demonstration, as the portal knows it.
const Firm = "Moor & Quay LLP"

// A matter is a case that the firm handles for the carrier.
type matter struct {
	ours, client, claim string // the firm's id, the carrier's line of business, its claim number
	title, party        string
}

func matters() []matter {
	return []matter{
		{"2024-0187", "HARBOR-GL", "GL-2209317", "Okafor v. Dockside Terminals", "Dockside"},
		{"2024-0203", "HARBOR-AUTO", "CA-1180452", "Reyes v. Tideline Freight", "Tideline"},
		{"2024-0219", "HARBOR-WC", "WC-0093418", "Lindqvist, claim of", "the employer"},
		{"2025-0012", "HARBOR-GL", "GL-2214460", "Marsh Lane HOA v. Breakwater Builders", "Breakwater"},
		{"2025-0031", "HARBOR-AUTO", "CA-1191077", "Estate of Novak v. Cape Couriers", "Cape Couriers"},
		{"2025-0044", "HARBOR-GL", "GL-2218905", "Castellanos v. Pier 9 Market", "Pier 9"},
		{"2025-0058", "HARBOR-WC", "WC-0097726", "Adeyemi, claim of", "the employer"},
		{"2026-0006", "HARBOR-AUTO", "CA-1204331", "Whitfield v. Longshore Transit", "Longshore"},
	}
}

// A keeper is a timekeeper with an hourly rate, in cents.
type keeper struct {
	ledes.Timekeeper
	rate int64
}

func keepers() []keeper {
	return []keeper{
		{ledes.Timekeeper{ID: "AM01", Name: "Moor, Ada", Class: "PARTNR"}, 31500},
		{ledes.Timekeeper{ID: "BQ02", Name: "Quay, Ben", Class: "ASSOC"}, 22500},
		{ledes.Timekeeper{ID: "LR07", Name: "Rhodes, Lena", Class: "ASSOC"}, 21000},
		{ledes.Timekeeper{ID: "PT11", Name: "Tran, Phuong", Class: "PARALG"}, 11250},
	}
}

// A work is what an hour may have gone into, with its codes of UTBMS. PARTY is
// the client's insured.
type work struct{ task, activity, text string }

func works() []work {
	return []work{
		{"L110", "A104", "Review medical records and police report; summarize for file"},
		{"L120", "A103", "Draft initial case evaluation and budget for carrier"},
		{"L120", "A106", "Telephone conference with PARTY and its risk manager regarding exposure"},
		{"L160", "A107", "Correspond with opposing counsel and mediator regarding settlement range"},
		{"L210", "A103", "Draft answer and affirmative defenses on behalf of PARTY"},
		{"L310", "A103", "Prepare written discovery requests and deposition notices"},
		{"L320", "A104", "Review and index documents produced by plaintiff"},
		{"L330", "A109", "Prepare for and attend deposition of plaintiff"},
		{"L330", "A101", "Prepare outline and exhibits for deposition of treating physician"},
		{"L340", "A107", "Confer with accident reconstruction expert and review draft report"},
		{"L430", "A103", "Draft motion in limine and supporting memorandum"},
	}
}

// A cost is an expense, with its code of UTBMS, the price of one in cents, and
// the most that there are of it.
type cost struct {
	code, text string
	price      int64
	most       int
}

func expenses() []cost {
	return []cost{
		{"E101", "Copies of medical records and exhibits", 15, 400},
		{"E107", "Courier to court and return", 2850, 2},
		{"E110", "Mileage to deposition and back", 67, 120},
		{"E112", "Filing fee, answer and jury demand", 19500, 1},
		{"E115", "Transcript of deposition, certified copy and index", 41275, 1},
		{"E124", "Certified records and search fee", 3500, 3},
	}
}
