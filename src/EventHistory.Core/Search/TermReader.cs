namespace EventHistory.Core.Search;

/// <summary>A word of a query → the term that it stands for. What the values of each qualifier look like is told by the methods below.</summary>
/// <param name="now">UTC; what <c>-7d</c> counts from.</param>
/// <param name="faults">Takes what is wrong.</param>
internal sealed class TermReader(DateTime now, SearchFaults faults)
{
    private const int ShortestPart = 3;

    /// <param name="word">With its qualifier, if it has one; a minus before it negates.</param>
    public Filter? Read(Letters word)
    {
        var minuses = 0;
        while (word[minuses..].StartsWith('-'))
            minuses++;
        if (minuses == word.Count && minuses > 0)
            return Refuse("'-' must be followed by a search term", word);
        var term = Term(word[minuses..]);
        return minuses % 2 == 1 && term is not null ? Filter.Negate(term) : term;
    }

    private Filter? Term(Letters word)
    {
        if (word.IndexOf(':') is not (> 0 and var colon) || !IsQualifier(word[..colon]))
            return Text(TextField.Any, word);
        var name = word[..colon].Text;
        return Qualifier.Find(name) is { } qualifier
            ? Read(qualifier, word[(colon + 1)..], word)
            : Refuse($"Unknown qualifier {SearchFault.Show(name)}", word, $"{Qualifier.Suggest(name)} Text that has a colon in it must be quoted");
    }

    /// <param name="value">What stands behind the colon.</param>
    /// <param name="place">Where to say that a value is missing.</param>
    public Filter? Read(Qualifier qualifier, Letters value, Letters place)
    {
        if (value.Count == 0)
            return Refuse("Search qualifier requires a value", place);
        return qualifier switch
        {
            { Text: TextField.Kwargs } => (Filter?)Pair(value) ?? Text(TextField.Kwargs, value),
            { Text: { } field } => Text(field, value),
            { Number: { } field } => Number(field, value),
            { Time: { } field } => Time(field, value),
            { Name: Qualifier.Has } => Marks(value, HasTerm.Known) is { } things ? new HasTerm(things) : null,
            _ => Marks(value, IsTerm.Known) is { } qualities ? new IsTerm(qualities) : null,
        };
    }

    private static bool IsQualifier(Letters name) => name.All.All(l => !l.IsLiteral && (char.IsAsciiLetter(l.Char) || l.Char == '_'));

    // name:part · name:=whole · name:begin*end · in fields whose values have no commas, several of these: a,b
    private TextTerm? Text(TextField field, Letters value)
    {
        var patterns = new List<TextPattern>();
        foreach (var part in TextFields.TakesSet(field) ? value.Split(',') : [value])
        {
            if (Pattern(field, part) is not { } pattern)
                return null;
            patterns.Add(pattern);
        }
        return new TextTerm(field, Values.Distinct(patterns));
    }

    private TextPattern? Pattern(TextField field, Letters value)
    {
        var isWhole = field != TextField.Any && value.StartsWith('=');
        if (isWhole)
            value = value[1..];
        if (string.IsNullOrWhiteSpace(value.Text))
            return Refuse<TextPattern>("Empty search term", value);
        if (isWhole || (TextFields.IsWhole(field) && value.IndexOf('*') < 0))
            return TextPattern.Exactly(TextFields.Normal(field, value.Text));
        if (!TextFields.TakesPattern(field))
            return Refuse<TextPattern>("A wildcard is not possible", value, $"{Qualifier.NameOf(field)}: takes whole values; quote a star that is meant as such");
        var pattern = value.IndexOf('*') < 0
            ? TextPattern.Containing(TextFields.Normal(field, value.Text))
            : TextPattern.Like([.. value.Split('*').Select(piece => TextFields.Normal(field, piece.Text))]);
        var shortest = TextFields.IsLong(field) || (pattern.Contained is not null && !TextFields.IsWhole(field)) ? ShortestPart : 0;
        return string.Concat(pattern.Pieces).Trim().Length >= shortest
            ? pattern
            : Refuse<TextPattern>($"Substring search terms must contain at least {ShortestPart} characters", value);
    }

    // kwargs:key=value; the value may have wildcards
    private static PairTerm? Pair(Letters value)
    {
        if (value.IndexOf('=', orLiteral: true) is not (> 0 and var at) || value[..at].IndexOf('*') >= 0)
            return null;
        var key = value[..at].Text.Trim();
        if (!PairTerm.IsKey(key))
            return null;
        var wanted = value[(at + 1)..];
        var pieces = wanted.Split('*').Select(piece => piece.Text).ToList();
        (pieces[0], pieces[^1]) = (pieces[0].TrimStart(), pieces[^1].TrimEnd());
        return new PairTerm(key, pieces.Count == 1 ? TextPattern.Exactly(pieces[0]) : TextPattern.Like(pieces));
    }

    // retries:2 · retries:>2 · runtime:1.5s..2m · wait:>=10s
    private NumberTerm? Number(NumberField field, Letters value)
    {
        var isDuration = field != NumberField.Retries;
        var text = value.Text;
        var (range, problem) = Comparison.Numbers(text, isDuration ? DurationText.Parse : DurationText.Whole);
        if (range is { } found)
            return new NumberTerm(field, found);
        Refuse($"{SearchFault.Show(text)} {problem ?? $"is not a {(isDuration ? "duration" : "number")}"}", value,
            isDuration ? DurationText.Rule : "write a whole number (2), a comparison (>2, <=5) or a range (2..5)");
        return null;
    }

    // started:2026-03-01 · started:-7d · started:>=2026-03-01T10:00Z · started:2026-03-01..2026-03-31
    private TimeTerm? Time(TimeField field, Letters value)
    {
        var text = value.Text;
        var (from, to, problem) = Comparison.Times(text, now);
        if (problem is null)
            return new TimeTerm(field, from, to);
        Refuse($"{SearchFault.Show(text)} {problem}", value, Comparison.TimeRule);
        return null;
    }

    private Values<string>? Marks(Letters value, IReadOnlyList<string> known)
    {
        var marks = value.Split(',').Select(part => (Letters: part, Name: part.Text.ToLowerInvariant())).ToList();
        foreach (var (letters, name) in marks.Where(m => !known.Contains(m.Name)))
        {
            Refuse($"Unknown value {SearchFault.Show(name)}", letters, Spelling.Nearest(name, known) is { } meant ? $"did you mean {meant}?" : $"there are {string.Join(", ", known)}");
            return null;
        }
        return Values.Distinct(marks.Select(m => m.Name));
    }

    private Filter? Refuse(string what, Letters at, string? right = null) => faults.Refuse(new(what, at.At, right));

    private T? Refuse<T>(string what, Letters at, string? right = null) where T : class
    {
        faults.Refuse(new(what, at.At, right));
        return null;
    }
}
