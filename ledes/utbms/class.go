package utbms

import "sort"

// Classes are the timekeeper classifications: the list of LEDES.org of 2014, as
// updated in June 2023, and the two-letter codes before it, which many law
// firms still write (PT partner, AS associate, OC counsel, LA legal assistant,
// OT other). Sorted; never changed.
var classes = [...]string{
	"ADJSMT", "ANALST", "ARBITR", "AS", "ASSOC", "AUDITR", "CLKSEC", "CONSLT", "CSTCNS",
	"CTRPTR", "DOCCDR", "DOCRAT", "DOCRNA", "DSCANJ", "DSCANS", "DSCATT", "DSCPMG", "EVDEVL",
	"EXPERT", "FLTFEE", "FORANL", "HLNLPF", "INVSTG", "IPAGNT", "IPSVPV", "LA", "LGLAST",
	"LGLINT", "LGPRMG", "LIBRRN", "MDRCRV", "MEDITR", "NBOTHR", "OC", "OFCOUN", "OT",
	"PARALG", "PARTNR", "PT", "RSPROF", "RSRCHR", "SECNDE", "SOLDSG", "SPAGNT", "STFATT",
	"STFCNS", "TEMPAT", "TEMPOS", "TPADMN", "TRAINR", "TRANEE", "TRANSL", "TRNDEV", "TRNFAG",
	"VIDOGR",
}

// KnownClass reports whether code is a timekeeper classification of the list of
// 2014 or of the older one. Letters must be capitals.
func KnownClass(code string) bool {
	i := sort.SearchStrings(classes[:], code)
	return i < len(classes) && classes[i] == code
}
