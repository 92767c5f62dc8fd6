package sample_test

import (
	"fmt"
	"strings"
	"time"

	"example.com/lodge/ledes"
	"example.com/lodge/ledes/sample"
)

func Example() {
	g, err := sample.New(4, sample.Options{Month: time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC), Lines: 8})
	if err != nil {
		fmt.Println(err)
		return
	}
	inv := g.Next()
	fmt.Println(inv.Number, inv.International.LawFirm.Name, "to", inv.ClientID)
	fmt.Println(inv.Description)
	for _, line := range inv.Lines {
		fmt.Println(line.Number, line.Kind, line.Task+line.Expense, line.Units, "x", line.UnitCost, "=", line.Total, line.Description)
	}
	fmt.Println(inv.Total)

	var file strings.Builder
	if err := ledes.Write(&file, inv); err != nil {
		fmt.Println(err)
		return
	}
	report, err := ledes.Check(strings.NewReader(file.String()), ledes.Options{})
	fmt.Println(report.Verdict, len(report.Findings), err)
	// Output:
	// PD-2610-1155 Pellworth Dunmore PLLC to HARBOR-WC
	// Claim of Nakagawa against Umber Valley Dairy: professional services through October 31, 2026
	// 1 F L190 0.40 x 225.00 = 90.00 Prepare report to claims examiner with developments and recommendations
	// 2 F L230 1.10 x 225.00 = 247.50 Appear at scheduling conference on behalf of Umber Valley Dairy
	// 3 F L340 3.40 x 295.00 = 1003.00 Attend deposition of opposing vocational rehabilitation expert
	// 4 F L320 1.20 x 120.00 = 144.00 Assemble and number medical records of claimant for production to claimant
	// 5 F L310 0.40 x 205.00 = 82.00 Correspond with counsel for claimant regarding overdue discovery responses
	// 6 E E113 4.00 x 95.00 = 380.00 Service of subpoena on custodian of first report of injury
	// 1946.50
	// accept 0 <nil>
}
