using System.Diagnostics;

namespace EventHistory.Tests.Fixtures;

/// <summary>A disk of a few megabytes, in memory: one that can be filled to the last byte without harm to others.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private SmallDisk()
    {
    }

    public string Path => _folder.Path;

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    public static SmallDisk Mount(int megabytes)
    {
        var disk = new SmallDisk();
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=755", "tmpfs", disk.Path) is not { } complaint)
            return disk;
        disk._folder.Dispose();
        throw new InvalidOperationException($"A small disk is needed, and it could not be mounted ({complaint}): "
            + "run this test as root, in a container with --cap-add SYS_ADMIN.");
    }

    /// <summary>Fills it up but for so many bytes.</summary>
    public void Fill(long butFor)
    {
        using var ballast = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            for (var block = new byte[64 * 1024]; ;)
                ballast.Write(block);
        }
        catch (IOException)
        {
            ballast.SetLength(ballast.Length - butFor); // others may have written meanwhile
        }
    }

    public void Free() => File.Delete(Ballast);

    public void Dispose()
    {
        Run("umount", "--lazy", Path);
        _folder.Dispose();
    }

    /// <returns>Null, or why it failed.</returns>
    private static string? Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var complaint = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : complaint;
    }
}
