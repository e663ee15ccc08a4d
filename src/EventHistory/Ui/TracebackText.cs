using System.Text.RegularExpressions;
using EventHistory.Core.Failures;

namespace EventHistory.Ui;

/// <summary>One line of a Python traceback, and what it is.</summary>
/// <param name="Text">As it is, without the line end.</param>
/// <param name="Source">Of a frame: its file and line, inside <paramref name="Text"/>.</param>
internal sealed record TracebackLine(TracebackLineKind Kind, string Text, Range? Source = null);

internal enum TracebackLineKind
{
    /// <summary>"Traceback (most recent call last):" and the sentences between chained exceptions.</summary>
    Heading,

    /// <summary>A place in the application, and the code there.</summary>
    Own,

    /// <summary>A place in Python or in an installed package.</summary>
    Library,

    /// <summary>What was raised.</summary>
    Exception,
}

/// <summary>Tells the application's own frames from those of libraries, so that a reader finds the line that matters.</summary>
internal static partial class TracebackText
{
    public static IReadOnlyList<TracebackLine> Lines(string traceback)
    {
        var lines = new List<TracebackLine>();
        var frame = TracebackLineKind.Heading;
        foreach (var text in traceback.TrimEnd().Split('\n').Select(line => line.TrimEnd('\r')))
        {
            if (Frame().Match(text) is { Success: true } place)
            {
                frame = PythonFile.Of(place.Groups["file"].Value).Package is not null ? TracebackLineKind.Library : TracebackLineKind.Own;
                var source = place.Groups["source"];
                lines.Add(new TracebackLine(frame, text, source.Index..(source.Index + source.Length)));
                continue;
            }
            frame = frame switch
            {
                _ when Heading().IsMatch(text) => TracebackLineKind.Heading,
                _ when text.Length == 0 => frame == TracebackLineKind.Exception ? frame : TracebackLineKind.Heading,
                TracebackLineKind.Own or TracebackLineKind.Library when text[0] is ' ' or '\t' => frame,
                _ => TracebackLineKind.Exception,
            };
            lines.Add(new TracebackLine(frame, text));
        }
        return lines;
    }

    [GeneratedRegex("^\\s*File (?<source>\"(?<file>.*)\", line [0-9]+)(, in .*)?$")]
    private static partial Regex Frame();

    [GeneratedRegex("^\\s*(\"\"\"|Traceback \\(most recent call last\\):|During handling of the above exception|The above exception was the direct cause)")]
    private static partial Regex Heading();
}
