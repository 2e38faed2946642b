package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/pkg/sftp"
)

// openFiles connects to the file service of a host. Closing the client closes both.
func openFiles(ctx context.Context, connection *Connection) (*client, *sftp.Client, error) {
	host, err := connection.dial(ctx)
	if err != nil {
		return nil, nil, err
	}
	files, err := sftp.NewClient(host.Client, sftp.UseConcurrentWrites(true))
	if err != nil {
		host.close()
		return nil, nil, err
	}
	host.closers = append(host.closers, func() { _ = files.Close() })
	// A cancelled copy ends at once; what is half-written is overwritten by the next try.
	stop := context.AfterFunc(ctx, host.close)
	host.closers = append(host.closers, func() { stop() })
	return host, files, nil
}

func copySource(ctx context.Context, inputs CopyToRemoteInputs) error {
	host, files, err := openFiles(ctx, inputs.Connection)
	if err != nil {
		return err
	}
	defer host.close()
	source := inputs.Source
	switch {
	case source.Asset != nil && source.Asset.IsText():
		return copyText(files, source.Asset.Text, inputs.RemotePath)
	case source.Asset != nil:
		return copyPath(files, source.Asset.Path, inputs.RemotePath)
	}
	return copyPath(files, source.Archive.Path, inputs.RemotePath)
}

// stat answers nil where there is nothing.
func stat(files *sftp.Client, name string) (fs.FileInfo, error) {
	info, err := files.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("failed to stat remote path %s: %w", name, err)
	}
	return info, nil
}

func copyText(files *sftp.Client, text, destination string) error {
	there, err := stat(files, destination)
	if err != nil {
		return err
	}
	if there != nil && there.IsDir() {
		return fmt.Errorf("remote path %s is a directory; when using a text asset, remotePath must be a file path", destination)
	}
	return write(files, strings.NewReader(text), destination)
}

// copyPath follows the rules of rsync: a folder goes into the destination, or only its content where the source ends
// in a slash; a file goes to the destination, or into it where that is a folder.
func copyPath(files *sftp.Client, source, destination string) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if info.IsDir() {
		if err := makeFolder(files, destination); err != nil {
			return err
		}
		if !strings.HasSuffix(source, "/") {
			destination = path.Join(destination, filepath.Base(source))
		}
		return copyFolder(files, source, destination)
	}
	there, err := stat(files, destination)
	if err != nil {
		return err
	}
	if there != nil && there.IsDir() {
		destination = path.Join(destination, filepath.Base(source))
	}
	return copyFile(files, source, destination)
}

func makeFolder(files *sftp.Client, name string) error {
	there, err := stat(files, name)
	switch {
	case err != nil:
		return err
	case there == nil:
		if err := files.Mkdir(name); err != nil {
			return fmt.Errorf("failed to create remote directory %s: %w", name, err)
		}
	case !there.IsDir():
		return fmt.Errorf("remote path %s exists but is not a directory", name)
	}
	return nil
}

func copyFolder(files *sftp.Client, source, destination string) error {
	return fs.WalkDir(os.DirFS(source), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return makeFolder(files, path.Join(destination, name))
		}
		return copyFile(files, filepath.Join(source, name), path.Join(destination, name))
	})
}

func copyFile(files *sftp.Client, source, destination string) error {
	local, err := os.Open(source)
	if err != nil {
		return err
	}
	defer func() { _ = local.Close() }()
	return write(files, local, destination)
}

func write(files *sftp.Client, from io.Reader, destination string) error {
	remote, err := files.Create(destination)
	if err != nil {
		return fmt.Errorf("failed to create remote file %s: %w", destination, err)
	}
	_, err = remote.ReadFrom(from)
	if closing := remote.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("failed to write remote file %s: %w", destination, err)
	}
	return nil
}
