using System.Globalization;

namespace EventHistory.Benchmarks;

/// <summary>What processes have cost so far, as Linux counts it in /proc.</summary>
internal static class ProcessCost
{
    private const double TicksPerSecond = 100; // sysconf(_SC_CLK_TCK), the same on every Linux that .NET runs on

    /// <summary>CPU seconds of a process and, as the tree, its children and the children that have ended.</summary>
    public static double CpuSeconds(int pid, bool tree = true)
    {
        var seconds = 0.0;
        foreach (var member in tree ? Tree(pid) : [pid])
        {
            if (Stat(member) is { } stat)
                seconds += stat[11..(tree ? 15 : 13)].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)) / TicksPerSecond; // utime, stime, cutime, cstime
        }
        return seconds;
    }

    /// <summary>The most memory that a process ever had in use, bytes; 0 once it has ended.</summary>
    public static long PeakMemory(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static IEnumerable<int> Tree(int root)
    {
        var children = Directory.GetDirectories("/proc").Select(Path.GetFileName)
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .ToLookup(pid => Stat(pid) is { } stat ? int.Parse(stat[1], CultureInfo.InvariantCulture) : 0);
        var found = new Queue<int>([root]);
        while (found.TryDequeue(out var pid))
        {
            yield return pid;
            foreach (var child in children[pid])
                found.Enqueue(child);
        }
    }

    /// <summary>The fields of /proc/PID/stat behind the program's name, which may hold blanks: the first one is the state.</summary>
    private static string[]? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // it has just ended
        }
    }
}
