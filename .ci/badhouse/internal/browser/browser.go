// Package browser is the one door to chromedp.
package browser

import _ "github.com/chromedp/chromedp" // to be held to it by nobody else
