// Package bad is a carrier that reaches for what it must not.
package bad

import (
	// want+2 revive:blank-imports

	_ "example.com/lodge/carriers"
	_ "example.com/lodge/carriers/all"         // want depguard:carrier depguard:carriers-all
	_ "example.com/lodge/carriers/carriertest" // want depguard:carrier depguard:carriertest
	_ "example.com/lodge/carriers/page"
	_ "example.com/lodge/internal/browser" // want depguard:carrier
	_ "github.com/aws/aws-sdk-go-v2"       // want depguard:carrier depguard:aws
	_ "github.com/chromedp/chromedp"       // want depguard:carrier depguard:chromedp
	_ "log"                                // want depguard:carrier depguard:everywhere
	_ "log/slog"                           // want depguard:carrier
	_ "net/http"                           // want depguard:carrier
	_ "os"                                 // want depguard:carrier
	_ "strings"
	_ "time"
)
