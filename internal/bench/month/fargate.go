package month

import "time"

// A Task is what one Fargate task has and what an hour of it costs, in dollars.
// The public IPv4 address is counted apart: there is no NAT.
type Task struct {
	Name     string  `json:"name"`
	CPUs     float64 `json:"vcpu"`
	GB       float64 `json:"gb"`
	PerCPU   float64 `json:"per_vcpu_hour"`
	PerGB    float64 `json:"per_gb_hour"`
	PerIPv4  float64 `json:"per_ipv4_hour"`
	Discount float64 `json:"discount"` // of Spot
}

// tasks are the prices of us-east-1 that the figures rest on.
func tasks() []Task {
	return []Task{
		{"x86", 2, 4, 0.04048, 0.004445, 0.005, 0},
		{"ARM", 2, 4, 0.03238, 0.00356, 0.005, 0},
		{"x86 Spot", 2, 4, 0.04048, 0.004445, 0.005, 0.70},
	}
}

// hour is what an hour costs. Spot is cheaper but for the address.
func (t Task) hour() float64 {
	return (t.CPUs*t.PerCPU+t.GB*t.PerGB)*(1-t.Discount) + t.PerIPv4
}

// A Load is what a task gets to do.
type Load struct {
	Uploads float64       // B: a task
	Visits  float64       // P: side by side
	StartUp time.Duration // S
	Each    time.Duration // T: an upload takes
}

// Records is what ledger, evidence, queue and logs cost an upload, about.
const Records = 0.0001

// PerThousand is what 1,000 uploads cost in dollars, with Records:
//
//	1000/B x (S + B x T/P) x h/3600 + 1000 x d
func (t Task) PerThousand(l Load) float64 {
	seconds := l.StartUp.Seconds() + l.Uploads*l.Each.Seconds()/l.Visits
	return 1000/l.Uploads*seconds*t.hour()/3600 + 1000*Records
}
