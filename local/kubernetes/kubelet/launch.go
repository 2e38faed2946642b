package kubelet

import (
	"bytes"
	"context"
	"os"
	"path/filepath"

	v1 "k8s.io/api/core/v1"
)

// launch is all that is needed to start the container: its root, its words, its environment, who it is.
func (c *container) launch(ctx context.Context) (launch, error) {
	w := c.worker
	user, err := credential(w.pod, c.spec, c.image)
	if err != nil {
		return launch{}, err
	}
	variables, err := w.environment(ctx, c.spec)
	if err != nil {
		return launch{}, err
	}
	resolver, _ := os.ReadFile("/etc/resolv.conf")
	files := accounts(user.Uid, user.Gid)
	for name, text := range w.etcFiles(string(resolver)) {
		files[name] = text
	}
	of := c.spec.SecurityContext
	r := root{folder: filepath.Join(w.kubelet.Roots, string(w.pod.UID)+"-"+c.spec.Name), files: files, readOnly: of != nil && value(of.ReadOnlyRootFilesystem, false)}
	for _, one := range c.spec.VolumeMounts {
		source := filepath.Join(w.places[one.Name], filepath.Clean("/"+one.SubPath))
		if one.SubPath != "" {
			if err := makePoint(source, true); err != nil {
				return launch{}, err
			}
		}
		r.mounts = append(r.mounts, mount{source, one.MountPath, one.ReadOnly})
	}
	words, err := c.image.find("", command(c.spec, c.image, variables))
	if err != nil {
		return launch{}, err
	}
	network := ""
	if !w.pod.Spec.HostNetwork {
		network = w.kubelet.Network(string(w.pod.UID))
	}
	return launch{
		network: network, prepare: r.build, root: r.folder, command: words, folder: folderOf(c.spec), env: pairs(variables),
		user: user, keep: mayHave(c.spec), confine: of != nil && !value(of.AllowPrivilegeEscalation, true),
		output: &lines{say: func(line string) { w.log(c.spec.Name, line) }},
	}, nil
}

func folderOf(spec v1.Container) string {
	if spec.WorkingDir == "" {
		return "/"
	}
	return spec.WorkingDir
}

// lines hands on what is written to it, a line at a time.
type lines struct {
	say  func(string)
	rest []byte
}

func (l *lines) Write(text []byte) (int, error) {
	l.rest = append(l.rest, text...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte("\n"))
		if !found && len(line) < 16<<10 {
			return len(text), nil
		}
		l.say(string(line))
		l.rest = append([]byte{}, rest...)
	}
}
