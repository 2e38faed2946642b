package output

import (
	"slices"
	"testing"
)

func TestLinesAreSaidWhenCompleteAndTheRestAtTheEnd(t *testing.T) {
	var said []string
	lines := &lineLogger{say: func(line string) { said = append(said, line) }}
	for _, piece := range []string{"one\ntw", "o\r\n", "\nthree"} {
		lines.write([]byte(piece))
	}
	if want := []string{"one", "two", ""}; !slices.Equal(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
	lines.flush()
	if said[len(said)-1] != "three" {
		t.Errorf("the unfinished line is lost: %q", said)
	}
}

func TestLoggingShowsBothUnlessToldOtherwise(t *testing.T) {
	none, out := None, Stdout
	for _, example := range []struct {
		logging        *Logging
		stdout, stderr bool
	}{{nil, true, true}, {&none, false, false}, {&out, true, false}} {
		if example.logging.Shows(Stdout) != example.stdout || example.logging.Shows(Stderr) != example.stderr {
			t.Errorf("%v shows the wrong streams", example.logging)
		}
	}
}
