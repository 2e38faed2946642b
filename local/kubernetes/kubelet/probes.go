package kubelet

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// probe asks how a container is, as long as its process runs: first whether it has started, then whether it lives and is ready.
func (c *container) probe(ctx context.Context, p *process) {
	if c.spec.StartupProbe != nil {
		if !c.repeat(ctx, p, *c.spec.StartupProbe, func(good bool) bool { return !good }) {
			return
		}
		c.set(func() { c.started, c.ready = true, c.spec.ReadinessProbe == nil })
	}
	if probe := c.spec.LivenessProbe; probe != nil {
		go c.repeat(ctx, p, *probe, func(bool) bool { return true })
	}
	if probe := c.spec.ReadinessProbe; probe != nil {
		c.repeatReadiness(ctx, p, *probe)
	}
}

func (c *container) set(change func()) {
	c.mutex.Lock()
	change()
	c.mutex.Unlock()
	c.worker.wake()
}

// repeat probes until `again` says no, which returns true, or the container has failed too often: then it is ended, to be started anew.
func (c *container) repeat(ctx context.Context, p *process, probe v1.Probe, again func(good bool) bool) bool {
	failures := int32(0)
	for pause := seconds(probe.InitialDelaySeconds, 0); ; pause = seconds(probe.PeriodSeconds, 10) {
		if !sleep(ctx, pause) {
			return false
		}
		err := c.try(ctx, probe, p)
		if ctx.Err() != nil {
			return false
		}
		if err == nil {
			failures = 0
		} else if failures++; failures >= atLeast(probe.FailureThreshold, 3) {
			c.worker.log(c.spec.Name, "it is started anew, since its probe failed: "+err.Error())
			grace := value(probe.TerminationGracePeriodSeconds, value(c.worker.pod.Spec.TerminationGracePeriodSeconds, 30))
			p.signal(syscall.SIGTERM)
			select {
			case <-p.done:
			case <-time.After(time.Duration(grace) * time.Second):
				p.kill()
			}
			return false
		}
		if !again(err == nil) {
			return true
		}
	}
}

func (c *container) repeatReadiness(ctx context.Context, p *process, probe v1.Probe) {
	good, bad := int32(0), int32(0)
	for pause := seconds(probe.InitialDelaySeconds, 0); sleep(ctx, pause); pause = seconds(probe.PeriodSeconds, 10) {
		err := c.try(ctx, probe, p)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			good, bad = good+1, 0
		} else {
			good, bad = 0, bad+1
		}
		c.mutex.Lock()
		ready := c.ready
		c.mutex.Unlock()
		switch {
		case !ready && good >= atLeast(probe.SuccessThreshold, 1):
			c.set(func() { c.ready = true })
		case ready && bad >= atLeast(probe.FailureThreshold, 3):
			c.worker.log(c.spec.Name, "it is not ready: "+err.Error())
			c.set(func() { c.ready = false })
		}
	}
}

func (c *container) try(ctx context.Context, probe v1.Probe, p *process) error {
	limit, cancel := context.WithTimeout(ctx, seconds(probe.TimeoutSeconds, 1))
	defer cancel()
	switch {
	case probe.HTTPGet != nil:
		return c.get(limit, *probe.HTTPGet)
	case probe.TCPSocket != nil:
		return c.connect(limit, *probe.TCPSocket)
	case probe.Exec != nil:
		return c.execute(limit, probe.Exec.Command, p)
	}
	return errors.New("this kind of probe is not played by the local stack")
}

// handle does what is to be done after the start or before the end.
func (c *container) handle(ctx context.Context, of v1.LifecycleHandler, p *process) error {
	switch {
	case of.Exec != nil:
		return c.execute(ctx, of.Exec.Command, p)
	case of.HTTPGet != nil:
		return c.get(ctx, *of.HTTPGet)
	case of.Sleep != nil:
		sleep(ctx, time.Duration(of.Sleep.Seconds)*time.Second)
		return nil
	}
	return errors.New("this kind of handler is not played by the local stack")
}

// get asks from the host, as a kubelet does.
func (c *container) get(ctx context.Context, of v1.HTTPGetAction) error {
	address, err := c.address(of.Host, of.Port)
	if err != nil {
		return err
	}
	scheme := "http"
	if of.Scheme == v1.URISchemeHTTPS {
		scheme = "https"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+address+"/", nil)
	if err != nil {
		return err
	}
	if request.URL, err = request.URL.Parse(of.Path); err != nil {
		return err
	}
	request.Header.Set("User-Agent", "kube-probe/1.34")
	for _, header := range of.HTTPHeaders {
		request.Header.Add(header.Name, header.Value)
		if http.CanonicalHeaderKey(header.Name) == "Host" {
			request.Host = header.Value
		}
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}
	answer, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(answer.Body, 200))
	if answer.StatusCode < 200 || answer.StatusCode >= 400 {
		return fmt.Errorf("HTTP probe failed with statuscode: %d: %s", answer.StatusCode, body)
	}
	return nil
}

func (c *container) connect(ctx context.Context, of v1.TCPSocketAction) error {
	address, err := c.address(of.Host, of.Port)
	if err != nil {
		return err
	}
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return connection.Close()
}

// address is where a probe goes: to the pod, unless it says otherwise; a port may be one of the container's by its name.
func (c *container) address(host string, port intstr.IntOrString) (string, error) {
	if host == "" {
		c.worker.mutex.Lock()
		host = c.worker.ip
		c.worker.mutex.Unlock()
	}
	number := port.IntValue()
	for _, one := range c.spec.Ports {
		if port.Type == intstr.String && one.Name == port.StrVal {
			number = int(one.ContainerPort)
		}
	}
	if number == 0 {
		return "", fmt.Errorf("the container has no port %s", port.String())
	}
	return net.JoinHostPort(host, strconv.Itoa(number)), nil
}

// execute runs a command in the container, beside its process.
func (c *container) execute(ctx context.Context, words []string, p *process) error {
	l, err := c.launch(ctx)
	if err != nil {
		return err
	}
	l.prepare, l.command = nil, words
	l.root = fmt.Sprintf("/proc/%d/root", p.command.Process.Pid)
	var said lines
	last := ""
	said.say = func(line string) { last = line }
	l.output = &said
	if l.command, err = c.image.find(l.root, words); err != nil {
		return err
	}
	one, err := start(l)
	if err != nil {
		return err
	}
	select {
	case <-one.done:
	case <-ctx.Done():
		one.kill()
		<-one.done
		return fmt.Errorf("%s has not ended in time", words[0])
	}
	if code, _ := one.exit(); code != 0 {
		return fmt.Errorf("%s ended with %d: %s", words[0], code, last)
	}
	return nil
}

func seconds(value, otherwise int32) time.Duration {
	return time.Duration(atLeast(value, otherwise)) * time.Second
}

func atLeast(value, otherwise int32) int32 {
	if value > 0 {
		return value
	}
	return otherwise
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
