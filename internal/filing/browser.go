package filing

import (
	"errors"
	"fmt"
	"os"

	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/config"
)

// errUnsandboxed refuses root: Chromium gives up its sandbox then, and what a
// page breaks out of is all that stands between it and the other accounts.
var errUnsandboxed = errors.New("as root Chromium runs without its sandbox: run lodge as another user, " +
	"or, where that cannot be, set \"allow_unsandboxed: true\" under \"browser\" in lodge.yaml: the operator decides")

// Browser completes o with the browser that the settings name, or one that is
// installed, before anything needs it.
func Browser(c config.Config, o browser.Options) (browser.Options, error) {
	if os.Geteuid() == 0 && !c.Browser.AllowUnsandboxed {
		return browser.Options{}, errUnsandboxed
	}
	o.Exe, o.Profiles, o.NoSandbox = c.Browser.Path, c.Profiles(), c.Browser.AllowUnsandboxed
	if o.Exe == "" {
		find := browser.Find
		if o.Headed {
			find = browser.FindHeaded
		}
		exe, err := find()
		if o.Exe = exe; err != nil {
			return o, err
		}
	}
	if _, err := os.Stat(o.Exe); err != nil {
		return o, fmt.Errorf("the browser that lodge.yaml or $LODGE_CHROMIUM names is not there: %w: the operator corrects it", err)
	}
	return o, o.Presentable()
}
