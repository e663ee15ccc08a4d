using System.Text.RegularExpressions;

namespace EventHistory.Core.Failures;

/// <summary>Which places of the application's own code an exception passed, and what the traceback says was raised.</summary>
/// <param name="Places">The innermost last, each once; a library stands between them where own code called it. Empty: no own code is in it.</param>
/// <param name="Raised">The exceptions of the chain, the one that counts last.</param>
internal sealed partial record TracebackPlaces(IReadOnlyList<CodePlace> Places, IReadOnlyList<RaisedException> Raised)
{
    private const int MaxPlaces = 50;
    private const int MaxLine = 4000;

    public static TracebackPlaces Of(string traceback)
    {
        var frames = new List<(PythonFile File, string Function)>();
        var raised = new List<RaisedException>();
        var (block, inFrames) = (0, false);
        foreach (var range in traceback.AsSpan().Split('\n'))
        {
            var line = traceback.AsSpan(range).TrimEnd('\r');
            if (line.StartsWith("Traceback ("))
            {
                (block, inFrames) = (frames.Count, true);
                continue;
            }
            if (!inFrames)
                continue; // a message, or what stands between the exceptions of a chain
            inFrames = line.Length == 0 || line[0] is ' ' or '\t';
            if (inFrames)
                AddFrame(line);
            else
                AddRaised(line);
        }
        return new TracebackPlaces(Own(frames), raised);

        void AddFrame(ReadOnlySpan<char> line)
        {
            if (line.Length <= MaxLine && line.TrimStart().StartsWith("File \"") && Frame().Match(line.ToString()) is { Success: true } frame)
                frames.Add((PythonFile.Of(frame.Groups["file"].Value), frame.Groups["function"].Value));
        }

        void AddRaised(ReadOnlySpan<char> line)
        {
            var exception = RaisedException.OfLine(line);
            if (exception is { Type: "celery.exceptions.Retry" } && block > 0)
                frames.RemoveRange(block, frames.Count - block); // how the task asked to be tried again, not why
            else if (exception is not null)
                raised.Add(exception.Value);
        }
    }

    // An application may be installed like a library: if there is nothing but libraries, their code counts as own
    private static List<CodePlace> Own(List<(PythonFile File, string Function)> frames)
    {
        frames.RemoveAll(frame => frame.File.IsPlumbing || IsInlinedByNewerPythons(frame.Function));
        var installed = frames.TrueForAll(frame => frame.File.Package is not null);
        var places = new List<CodePlace>();
        var wasOwn = false;
        foreach (var (file, function) in frames)
        {
            var isOwn = installed ? !file.IsPython : file.Package is null;
            if (isOwn)
                places.Add(CodePlace.Own(file, function));
            else if (wasOwn)
                places.Add(CodePlace.Library(file.Package!));
            wasOwn = isOwn;
        }
        return LastOfEach(places);
    }

    // however deep a recursion went
    private static List<CodePlace> LastOfEach(List<CodePlace> places)
    {
        var last = new List<CodePlace>();
        var seen = new HashSet<CodePlace>();
        for (var i = places.Count - 1; i >= 0 && last.Count < MaxPlaces; i--)
        {
            if (seen.Add(places[i]))
                last.Add(places[i]);
        }
        last.Reverse();
        return last;
    }

    private static bool IsInlinedByNewerPythons(string function) => function is "<listcomp>" or "<dictcomp>" or "<setcomp>";

    [GeneratedRegex("^\\s+File \"(?<file>.*)\", line [0-9]+, in (?<function>.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Frame();
}
