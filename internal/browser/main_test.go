package browser

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/lodge/internal/browser/adverse"
)

// TestMain runs the tests, or with -fuse the long campaign in their place, whose
// last line on the standard output is its sum. It fails on any double and on
// any word of the gate that was not true.
//
//	go test -c -o fuse ./internal/browser && ./fuse -fuse 100
func TestMain(m *testing.M) {
	runs := flag.Int("fuse", 0, "run the fuse campaign: this many runs of the form for each mode of the site")
	others := flag.Int("others", 10, "with -fuse: runs of each other page for each mode")
	exe := flag.String("browser", headlessShell, "with -fuse: the browser")
	flag.Parse()
	if *runs == 0 {
		goleak.VerifyTestMain(m)
		return
	}
	os.Exit(fuseCampaign(*runs, *others, *exe))
}

func fuseCampaign(runs, others int, exe string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	jobs := jobsFor(adverse.Form(), runs)
	if others > 0 {
		for _, c := range adverse.Cases() {
			jobs = append(jobs, jobsFor(c, others)...)
		}
	}
	start := time.Now()
	c := campaign{exe: exe, jobs: jobs, parallel: 2, progress: func(done, all int, last result) {
		if done%25 == 0 || done == all {
			fmt.Printf("%d of %d runs, %v, now %s/%s\n", done, all, time.Since(start).Round(time.Second), last.Name, last.mode)
		}
	}}
	err := c.run(ctx)
	c.table(os.Stdout)
	if err != nil {
		fmt.Println("not all was run:", err)
	}
	fmt.Print(c.wrong())
	line, all := c.summary()
	fmt.Println(line)
	if err != nil || all.bad > 0 || all.doubles > 0 || all.runs == 0 {
		return 1
	}
	return 0
}
