using System.Globalization;
using System.Text;

namespace EventHistory.Core.Search;

/// <summary>Filter → text. Quotes what would mean something else, and nothing more.</summary>
internal static class FilterText
{
    public static string Of(Filter filter) => filter switch
    {
        AndFilter and => string.Join(' ', and.Parts.Select(part => part is OrFilter ? $"({part})" : part.ToString())),
        OrFilter or => string.Join(" OR ", or.Parts),
        NotFilter { Part: AndFilter or OrFilter } not => $"-({not.Part})",
        NotFilter not => "-" + not.Part,
        TextTerm { Field: TextField.Any } term => Pattern(TextField.Any, term.Patterns[0]),
        TextTerm term => $"{Qualifier.NameOf(term.Field)}:{string.Join(',', term.Patterns.Select(p => Pattern(term.Field, p)))}",
        PairTerm pair => $"{Qualifier.NameOf(TextField.Kwargs)}:{pair.Key}={Pieces(TextField.Kwargs, pair.Value)}",
        NumberTerm term => $"{Qualifier.NameOf(term.Field)}:{Range(term.Range, term.Field == NumberField.Retries ? Number : DurationText.Write)}",
        TimeTerm term => $"{Qualifier.NameOf(term.Field)}:{Times(term)}",
        HasTerm term => $"{Qualifier.Has}:{string.Join(',', term.Things)}",
        IsTerm term => $"{Qualifier.Is}:{string.Join(',', term.Qualities)}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Pattern(TextField field, TextPattern pattern)
    {
        if (pattern.Exact is { } exact)
            return TextFields.IsWhole(field) ? Quoted(field, exact) : "=" + Quoted(field, exact);
        return pattern.Contained is { } part && !TextFields.IsWhole(field) && !LooksLikePair(field, part) ? Quoted(field, part) : Pieces(field, pattern);
    }

    private static bool LooksLikePair(TextField field, string part) =>
        field == TextField.Kwargs && part.IndexOf('=') is > 0 and var at && PairTerm.IsKey(part[..at].Trim());

    private static string Pieces(TextField field, TextPattern pattern) => string.Join('*', pattern.Pieces.Select(piece => Quoted(field, piece)));

    private static string Quoted(TextField field, string text)
    {
        if (!text.Any(c => char.IsWhiteSpace(c) || c is '(' or ')' or '"' or '\\' or '*') && !HasMeaning(field, text))
            return text;
        var quoted = new StringBuilder("\"", text.Length + 4);
        foreach (var c in text)
            quoted.Append(c is '"' or '\\' ? "\\" : "").Append(c);
        return quoted.Append('"').ToString();
    }

    private static bool HasMeaning(TextField field, string text) => field == TextField.Any
        ? text.StartsWith('-') || text.Contains(':') || text is "AND" or "OR" or "NOT"
        : text.StartsWith('=') || (TextFields.TakesSet(field) && text.Contains(','));

    private static string Number(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Range(NumberRange range, Func<decimal, string> write) => range switch
    {
        { Low: { } low, High: null } => (range.IsLowIncluded ? ">=" : ">") + write(low),
        { Low: null, High: { } high } => (range.IsHighIncluded ? "<=" : "<") + write(high),
        _ when range.Low == range.High => write(range.Low!.Value),
        _ => $"{write(range.Low!.Value)}..{write(range.High!.Value)}",
    };

    private static string Times(TimeTerm term) => term switch
    {
        { From: { } from, To: null } => ">=" + Time(from),
        { From: null, To: { } to } => "<" + Time(to),
        _ => $"{Time(term.From!.Value)}..{Time(term.To!.Value)}",
    };

    private static string Time(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
