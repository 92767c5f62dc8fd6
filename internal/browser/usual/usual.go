// Package usual files invoices on the simulated portal as programs around a
// browser usually do, to hold Lodge against: the full Chromium, a browser and a
// login for each file, keys sent one by one, each page waited for until it has
// loaded, a picture in PNG at the end. It has no look-ups, no gate and no second
// try. It lives here because chromedp may be used nowhere else.
package usual

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"example.com/lodge/internal/bench"
)

// Exe is the full Chromium of Debian; the wrapper on the PATH is a script.
const Exe = "/usr/lib/chromium/chromium"

// patience is how long one file may take.
const patience = time.Minute

// File files the job's invoices with the browser exe, one after the other. All
// must be accepted.
func File(ctx context.Context, exe string, job bench.Job) error {
	for _, inv := range job.Invoices {
		if err := one(ctx, exe, job, inv); err != nil {
			return fmt.Errorf("usual: invoice %s: %w", inv.Number, err)
		}
	}
	return nil
}

func one(ctx context.Context, exe string, job bench.Job, inv bench.Invoice) error {
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(exe),
		chromedp.Flag("ignore-certificate-errors-spki-list", job.Pin),
	)
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox)
	}
	ctx, stop := chromedp.NewExecAllocator(ctx, flags...)
	defer stop()
	ctx, quit := chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}))
	defer quit()
	if err := chromedp.Do(ctx); err != nil { // starts the browser, whose life is then not the deadline's
		return err
	}
	timed, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := chromedp.Do(timed, login(job), upload(job, inv)); err != nil {
		return err
	}
	said, err := chromedp.Run(timed, chromedp.Text(chromedp.CSS("#verdict")))
	if err != nil {
		return err
	}
	if !strings.Contains(said, inv.Number+" is accepted") {
		return fmt.Errorf("the portal said %q", said)
	}
	picture, err := chromedp.Run(timed, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(job.Pictures, inv.Number+".png"), picture, 0o600); err != nil {
		return err
	}
	return chromedp.Cancel(ctx)
}

func login(job bench.Job) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		chromedp.Navigate(job.Portal+"/login"),
		chromedp.WaitVisible(chromedp.CSS("#username")),
		chromedp.SendKeys(chromedp.CSS("#username"), job.User),
		chromedp.SendKeys(chromedp.CSS("#password"), job.Password),
		chromedp.Click(chromedp.CSS("#sign-in")),
		chromedp.WaitVisible(chromedp.CSS("#latest")),
	)
}

func upload(job bench.Job, inv bench.Invoice) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		chromedp.Navigate(job.Portal+"/invoices/new"),
		chromedp.WaitVisible(chromedp.CSS("#upload")),
		chromedp.SetValue(chromedp.CSS("#client"), inv.Client),
		chromedp.SendKeys(chromedp.CSS("#matter"), inv.Matter),
		chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{inv.Path}),
		chromedp.WaitEnabled(chromedp.CSS("#submit")),
		chromedp.Click(chromedp.CSS("#submit")),
		chromedp.WaitVisible(chromedp.CSS("#verdict")),
		chromedp.WaitNotPresent(chromedp.CSS("#spinner")),
	)
}
