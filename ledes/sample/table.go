package sample

// A line of insurance, with the words of its cases.
type line struct {
	code, claim, title, pleading, claimant string
	records, experts, witnesses, issues    []string
}

var lines = [...]line{
	{
		code: "GL", claim: "GL", title: "PERSON v. INSURED", pleading: "complaint", claimant: "plaintiff",
		records:   []string{"incident report", "surveillance video", "inspection and maintenance logs", "medical records of plaintiff", "lease and vendor agreements", "photographs of the scene"},
		experts:   []string{"premises safety expert", "human factors expert", "orthopedic expert", "life care planner"},
		witnesses: []string{"plaintiff", "store manager", "treating physician", "maintenance supervisor", "eyewitness to the fall"},
		issues:    []string{"comparative fault", "notice of the condition", "open and obvious danger", "duty to indemnify", "reasonableness of medical charges"},
	},
	{
		code: "AUTO", claim: "CA", title: "PERSON v. INSURED", pleading: "complaint", claimant: "plaintiff",
		records:   []string{"police report", "driver logs", "event data recorder download", "medical records of plaintiff", "vehicle repair estimates", "mobile telephone records"},
		experts:   []string{"accident reconstruction expert", "biomechanical expert", "neurology expert", "vocational expert"},
		witnesses: []string{"plaintiff", "responding officer", "treating physician", "driver of the insured vehicle", "passenger of plaintiff"},
		issues:    []string{"comparative negligence", "sudden emergency", "preexisting injury", "negligent entrustment", "admissibility of event data"},
	},
	{
		code: "WC", claim: "WC", title: "Claim of PERSON against INSURED", pleading: "claim petition", claimant: "claimant",
		records:   []string{"first report of injury", "wage records", "medical records of claimant", "personnel file of claimant", "job description and safety training records"},
		experts:   []string{"independent medical examiner", "vocational rehabilitation expert", "ergonomics expert"},
		witnesses: []string{"claimant", "treating physician", "shift supervisor", "human resources manager"},
		issues:    []string{"course and scope of employment", "average weekly wage", "apportionment of disability", "maximum medical improvement", "timeliness of notice"},
	},
}

// insureds are whom the clients insure; none of them exists.
var insureds = [...]string{
	"Nine Herons Couriers", "Larch & Loom Markets", "Quillback Freight", "Saltgrass Hospitality Group", "Old Ferry Road Storage",
	"Tamarind Hill Apartments", "Brassknot Builders", "Windle & Sons Roofing", "Copper Kettle Bakeries", "Marrowstone Transit",
	"Plum Hollow Nurseries", "Umber Valley Dairy", "Pennywhistle Parks", "Gatepost Security Services", "Mossback Equipment Rental",
	"Sixpence Stores",
}

var surnames = [...]string{
	"Abernathy", "Bellweather", "Castellano", "Drummond", "Eriksen", "Fairbairn", "Galindo", "Hashimoto", "Iverson", "Jankowski",
	"Kowalczyk", "Lachance", "Mwangi", "Nakagawa", "Okafor", "Pemberton", "Quintanilla", "Rasmussen", "Sepulveda", "Thibodeaux",
	"Underhill", "Vasquez", "Whitcomb", "Xiong", "Yarborough", "Zielinski",
}

// A work is what time may go into: its codes, when and by whom it is done, and how long it takes.
type work struct {
	task, activity string
	stage          stage
	who            rank
	least, most    int // tenths of an hour
	text           string
}

var works = [...]work{
	{"L110", "A104", early, junior, 6, 28, "Review RECORD received from INSURED; summarize for file"},
	{"L110", "A104", ever, junior, 4, 22, "Analyze RECORD and compare with account of WITNESS"},
	{"L110", "A108", early, associate, 3, 9, "Telephone interview of WITNESS regarding facts of loss"},
	{"L110", "A109", opening, associate, 12, 34, "Attend inspection of scene with adjuster of INSURED"},
	{"L120", "A102", early, associate, 8, 32, "Research ISSUE as defense of INSURED"},
	{"L120", "A103", opening, lawyer, 15, 42, "Draft initial evaluation of liability, damages and exposure for claims examiner"},
	{"L120", "A104", ever, lawyer, 4, 18, "Analyze exposure of INSURED in light of RECORD"},
	{"L120", "A105", ever, lawyer, 2, 5, "Confer in firm regarding strategy on ISSUE"},
	{"L120", "A106", ever, lawyer, 2, 7, "Telephone conference with claims examiner regarding status and strategy"},
	{"L130", "A108", ever, lawyer, 3, 10, "Telephone conference with EXPERT regarding scope of assignment and fees"},
	{"L140", "A110", ever, paralegal, 3, 15, "Organize and index RECORD; update chronology of matter"},
	{"L150", "A103", early, lawyer, 5, 14, "Prepare litigation budget by phase as requested by claims examiner"},
	{"L160", "A103", late, lawyer, 12, 38, "Draft confidential mediation statement on behalf of INSURED"},
	{"L160", "A106", late, partner, 3, 9, "Confer with claims examiner regarding settlement authority"},
	{"L160", "A107", ever, lawyer, 2, 8, "Correspond with counsel for CLAIMANT regarding settlement demand"},
	{"L160", "A109", late, partner, 30, 75, "Attend mediation with claims examiner and counsel for CLAIMANT"},
	{"L190", "A103", ever, lawyer, 3, 9, "Prepare report to claims examiner with developments and recommendations"},
	{"L210", "A103", opening, associate, 10, 30, "Draft answer and affirmative defenses of INSURED to PLEADING"},
	{"L210", "A103", opening, lawyer, 8, 24, "Draft third-party claim of INSURED for contribution"},
	{"L210", "A104", opening, lawyer, 5, 14, "Review and analyze PLEADING served on INSURED"},
	{"L230", "A101", ever, associate, 3, 8, "Prepare for scheduling conference; review proposed deadlines"},
	{"L230", "A109", ever, lawyer, 4, 12, "Appear at scheduling conference on behalf of INSURED"},
	{"L240", "A102", late, associate, 12, 40, "Research ISSUE for dispositive motion"},
	{"L240", "A103", late, lawyer, 20, 64, "Draft dispositive motion on ISSUE with supporting memorandum"},
	{"L250", "A103", ever, associate, 6, 22, "Draft motion to extend deadlines and supporting declaration"},
	{"L250", "A104", late, lawyer, 4, 14, "Review opposition of CLAIMANT to motion on ISSUE"},
	{"L310", "A103", early, junior, 6, 26, "Draft interrogatories and requests for production to CLAIMANT"},
	{"L310", "A103", discovery, associate, 8, 32, "Draft responses of INSURED to discovery requests of CLAIMANT"},
	{"L310", "A104", discovery, junior, 5, 18, "Review answers of CLAIMANT to interrogatories for completeness"},
	{"L310", "A107", discovery, associate, 2, 6, "Correspond with counsel for CLAIMANT regarding overdue discovery responses"},
	{"L320", "A103", early, junior, 2, 6, "Draft subpoena and notice to custodian of RECORD"},
	{"L320", "A104", discovery, junior, 10, 48, "Review RECORD for responsiveness and privilege before production"},
	{"L320", "A110", discovery, paralegal, 8, 30, "Assemble and number RECORD for production to CLAIMANT"},
	{"L330", "A101", discovery, lawyer, 10, 36, "Prepare outline and exhibits for deposition of WITNESS"},
	{"L330", "A104", late, junior, 8, 26, "Analyze and summarize transcript of deposition of WITNESS"},
	{"L330", "A106", discovery, lawyer, 8, 22, "Meet with representative of INSURED to prepare testimony"},
	{"L330", "A109", discovery, lawyer, 20, 68, "Attend deposition of WITNESS"},
	{"L340", "A104", late, lawyer, 6, 24, "Review draft report of EXPERT; note points for revision"},
	{"L340", "A108", late, lawyer, 3, 12, "Confer with EXPERT regarding opinions on ISSUE"},
	{"L340", "A109", late, partner, 24, 62, "Attend deposition of opposing EXPERT"},
	{"L350", "A103", discovery, associate, 8, 28, "Draft motion to compel production of RECORD"},
	{"L410", "A101", trial, lawyer, 10, 40, "Prepare examination of WITNESS for trial"},
	{"L420", "A101", trial, lawyer, 12, 44, "Prepare cross-examination of opposing EXPERT"},
	{"L430", "A103", trial, associate, 10, 36, "Draft motion in limine regarding RECORD"},
	{"L430", "A103", trial, lawyer, 14, 48, "Draft trial brief on ISSUE"},
	{"L440", "A101", trial, partner, 12, 50, "Plan order of proof and prepare opening statement"},
	{"L440", "A110", trial, paralegal, 10, 45, "Assemble trial notebooks and exhibit binders"},
	{"L450", "A109", trial, lawyer, 20, 95, "Appear at pretrial hearing and argument of motions in limine"},
}

// A cost is an expense: how many of it there may be, and what one costs, in cents: from cheap to dear, in steps.
type cost struct {
	code              string
	stage             stage
	least, most       int
	cheap, dear, step int
	text              string
}

var costs = [...]cost{
	{"E101", ever, 20, 600, 10, 15, 1, "Copies of RECORD, in house, by page"},
	{"E102", trial, 4, 24, 1200, 3800, 50, "Outside printing of exhibit boards"},
	{"E107", ever, 1, 2, 1850, 4200, 50, "Courier to court and return"},
	{"E108", ever, 1, 6, 485, 965, 5, "Certified mail, return receipt"},
	{"E109", ever, 1, 2, 800, 2400, 100, "Parking at courthouse"},
	{"E110", late, 14, 220, 67, 67, 1, "Mileage to deposition of WITNESS, round trip"},
	{"E112", opening, 1, 1, 12500, 43500, 500, "Filing fee, responsive pleading"},
	{"E112", ever, 1, 2, 3000, 9500, 500, "Filing fee, motion"},
	{"E113", early, 1, 4, 6500, 9500, 500, "Service of subpoena on custodian of RECORD"},
	{"E114", late, 1, 2, 4000, 6400, 100, "Witness fee, WITNESS"},
	{"E115", late, 62, 284, 325, 475, 25, "Transcript of deposition of WITNESS, by page"},
	{"E118", discovery, 200, 3200, 9, 18, 1, "Scanning and coding of RECORD by vendor, by page"},
	{"E119", late, 2, 11, 32500, 52500, 2500, "Fees of EXPERT, by hour"},
	{"E120", early, 4, 16, 8500, 11000, 500, "Investigator, background and activity check, by hour"},
	{"E121", late, 1, 1, 90000, 240000, 5000, "Mediator, share of INSURED"},
	{"E123", late, 1, 2, 15000, 27500, 500, "Court reporter, appearance"},
	{"E124", ever, 1, 3, 2500, 5500, 500, "Search and certification of RECORD by custodian"},
}
