using System.Runtime.InteropServices;

namespace EventHistory.Tests.Fixtures;

/// <summary>Unix signals, which .NET cannot send.</summary>
internal static class Signals
{
    public const int Interrupt = 2;
    public const int Terminate = 15;
    public const int Kill = 9;
    public const int Stop = 19;
    public const int Continue = 18;

    public static void Send(int processId, int signal)
    {
        if (kill(processId, signal) != 0)
            throw new InvalidOperationException($"kill({processId}, {signal}) failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Whether a process runs; one that has ended but that its parent has not asked about yet (a zombie) does not.</summary>
    public static bool IsAlive(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline") is not "";
        }
        catch (IOException)
        {
            return false;
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
