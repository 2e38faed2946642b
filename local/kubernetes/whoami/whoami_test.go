package whoami

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func ask(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text)
}

func TestItTellsWhoAsksAndAnswers(t *testing.T) {
	t.Setenv("HOSTNAME", "hello-1")
	server := httptest.NewServer(Handler("me"))
	defer server.Close()
	status, text := ask(t, http.MethodGet, server.URL+"/", "")
	for _, part := range []string{"Name: me\n", "Hostname: hello-1\n", "IP: 127.0.0.1\n", "RemoteAddr: 127.0.0.1:", "GET / HTTP/1.1\n"} {
		if status != http.StatusOK || !strings.Contains(text, part) {
			t.Errorf("%d without %q: %s", status, part, text)
		}
	}
	if _, text := ask(t, http.MethodGet, server.URL+"/api", ""); !strings.Contains(text, `"hostname":"hello-1"`) {
		t.Errorf("its API says %s", text)
	}
}

func TestItsHealthIsWhatItWasTold(t *testing.T) {
	server := httptest.NewServer(Handler(""))
	defer server.Close()
	for _, step := range []struct {
		method, body string
		want         int
	}{{http.MethodGet, "", 200}, {http.MethodPost, "503", 503}, {http.MethodGet, "", 503}, {http.MethodPost, "no", 400}, {http.MethodGet, "", 503}} {
		if got, _ := ask(t, step.method, server.URL+"/health", step.body); got != step.want {
			t.Errorf("%s %q: %d, not %d", step.method, step.body, got, step.want)
		}
	}
}
