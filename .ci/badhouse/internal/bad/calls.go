package bad

import (
	"fmt"
	"os"
	"time"
)

func init() { // want gochecknoinits:init
	time.Sleep(time.Second) // want forbidigo:time.Sleep
	nap := time.Sleep       // want forbidigo:time.Sleep
	nap(time.Second)
	fmt.Println("here") // want forbidigo:fmt.Println
	println("here")     // want forbidigo:println
	os.Exit(1)          // want forbidigo:os.Exit
}
