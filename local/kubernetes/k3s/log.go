package k3s

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

var output sync.Mutex

func logLine(level, format string, args ...any) {
	message := strings.TrimSpace(fmt.Sprintf(format, args...))
	writeLine(fmt.Sprintf("time=%q level=%s msg=%q", time.Now().UTC().Format(time.RFC3339), level, message))
}

func info(format string, args ...any)    { logLine("info", format, args...) }
func warn(format string, args ...any)    { logLine("warning", format, args...) }
func failure(format string, args ...any) { logLine("error", format, args...) }

func writeLine(line string) {
	output.Lock()
	defer output.Unlock()
	fmt.Fprintln(os.Stderr, line)
}

// lastReason makes estateReason quiet while nothing has changed.
var lastReason struct {
	sync.Mutex
	text string
	at   time.Time
}

// estateReason tells the local stack, in one sentence, why this host has not joined: `estate-reason: <sentence>`.
// The same sentence is repeated every 30 seconds at most. estateReady ends it.
func estateReason(sentence string) {
	lastReason.Lock()
	defer lastReason.Unlock()
	if sentence == lastReason.text && time.Since(lastReason.at) < 30*time.Second {
		return
	}
	lastReason.text, lastReason.at = sentence, time.Now()
	writeLine("estate-reason: " + sentence)
}

// estateReady tells that what was wrong before is over: `estate-ready: <sentence>`.
func estateReady(sentence string) {
	lastReason.Lock()
	defer lastReason.Unlock()
	lastReason.text = ""
	writeLine("estate-ready: " + sentence)
}
