// Package page is right.
package page
