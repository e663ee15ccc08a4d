using System.Globalization;
using EventHistory.Store;

namespace EventHistory.Commands;

/// <summary>How far a long command is: one line that is written over on a terminal, else a line now and then.</summary>
internal sealed class ProgressLine(TextWriter output, bool isTerminal, TimeProvider time) : IDisposable
{
    private readonly TimeSpan _pause = isTerminal ? TimeSpan.FromSeconds(0.5) : TimeSpan.FromSeconds(10);
    private long _shownAt = time.GetTimestamp();
    private long _begunAt = time.GetTimestamp();
    private string _what = "";
    private int _width;

    public void Show(WorkProgress progress)
    {
        if (progress.What != _what)
            (_what, _begunAt) = (progress.What, time.GetTimestamp());
        if (time.GetElapsedTime(_shownAt) < _pause)
            return;
        _shownAt = time.GetTimestamp();
        var line = Line(progress, time.GetElapsedTime(_begunAt).TotalSeconds);
        output.Write(isTerminal ? "\r" + line.PadRight(_width) : line + "\n");
        _width = line.Length;
    }

    /// <summary>Takes the line away, so that what follows stands alone.</summary>
    public void Clear()
    {
        if (isTerminal && _width > 0)
            output.Write("\r" + new string(' ', _width) + "\r");
        _width = 0;
    }

    public void Dispose() => Clear();

    private static string Line(WorkProgress progress, double seconds)
    {
        var (what, done, total) = progress;
        var rate = seconds > 0 ? done / seconds : 0;
        var line = string.Create(CultureInfo.InvariantCulture, $"{what}: {done:N0} of {total:N0}, {rate:N0}/s");
        return rate > 0 && total > done ? line + string.Create(CultureInfo.InvariantCulture, $", {TimeSpan.FromSeconds((total - done) / rate):h\\:mm\\:ss} left") : line;
    }
}
