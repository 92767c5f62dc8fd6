// Package notify is the one door to its library.
package notify

import _ "github.com/nicholas-fedor/shoutrrr" // to tell people, which nobody else does
