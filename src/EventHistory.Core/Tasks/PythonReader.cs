namespace EventHistory.Core.Tasks;

/// <summary>Python's literals, read from left to right. What is not one of them is taken as it is up to where the value must end.</summary>
internal sealed class PythonReader
{
    private const int MaxDepth = 64;
    private const int MaxValues = 20_000;

    private readonly string _text;
    private int _at;
    private int _values;

    private PythonReader(string text) => _text = text;

    public static PythonValue? Read(string text)
    {
        var reader = new PythonReader(text);
        var value = reader.Value(0);
        reader.Blanks();
        return reader._at == text.Length ? value : null;
    }

    private PythonValue? Value(int depth)
    {
        Blanks();
        if (_at == _text.Length || depth > MaxDepth || ++_values > MaxValues)
            return null;
        return _text[_at] switch
        {
            '[' => Collection(PythonKind.List, ']', depth),
            '(' => Collection(PythonKind.Tuple, ')', depth),
            '{' => Collection(PythonKind.Set, '}', depth),
            _ => Simple(),
        };
    }

    private PythonValue? Collection(PythonKind kind, char close, int depth)
    {
        var start = _at++;
        var items = new List<PythonItem>();
        var commas = 0;
        while (true)
        {
            Blanks();
            if (_at == _text.Length)
                return null;
            if (_text[_at] == close)
                break;
            if (items.Count > commas || Value(depth + 1) is not { } value)
                return null;
            Blanks();
            if (kind is PythonKind.Dict or PythonKind.Set && Take(':'))
            {
                kind = PythonKind.Dict;
                if (Value(depth + 1) is not { } held)
                    return null;
                items.Add(new PythonItem(value.Source, held));
            }
            else
            {
                items.Add(new PythonItem(null, value));
            }
            Blanks();
            commas += Take(',') ? 1 : 0;
        }
        _at++;
        if (kind == PythonKind.Set && items.Count == 0)
            kind = PythonKind.Dict;
        // (1) is no tuple, and a dict has keys for all or none
        return kind == PythonKind.Tuple && items.Count == 1 && commas == 0 ? null
            : kind == PythonKind.Dict && items.Exists(item => item.Key is null) ? null
            : new PythonValue(kind, _text[start.._at], items);
    }

    private PythonValue? Simple()
    {
        var start = _at;
        if (!Skip())
            return null;
        var source = _text[start.._at].TrimEnd();
        return source.Length == 0 ? null : new PythonValue(KindOf(source), source, []);
    }

    private static PythonKind KindOf(string source) =>
        source is "None" or "True" or "False" ? PythonKind.Word
        : char.IsAsciiDigit(source[0]) || (source[0] is '-' or '.' && source.Length > 1 && (char.IsAsciiDigit(source[1]) || source[1] == '.')) || source is "inf" or "nan" or "-inf" ? PythonKind.Number
        : source[^1] is '\'' or '"' && source.IndexOfAny(['\'', '"']) is 0 or 1 or 2 ? PythonKind.Text
        : PythonKind.Other;

    /// <summary>To the comma, colon or bracket that ends a value; over what stands in quotes and brackets.</summary>
    private bool Skip()
    {
        var depth = 0;
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (depth == 0 && c is ',' or ':' or ']' or ')' or '}')
                return true;
            if (c is '\'' or '"')
            {
                if (!Quoted(c))
                    return false;
                continue;
            }
            if (c == '.' && string.CompareOrdinal(_text, _at, "...", 0, 3) == 0)
                return false; // something was left out
            depth += c switch { '(' or '[' or '{' or '<' => 1, ')' or ']' or '}' or '>' => -1, _ => 0 };
            _at++;
        }
        return depth == 0;
    }

    private bool Quoted(char quote)
    {
        for (_at++; _at < _text.Length; _at++)
        {
            if (_text[_at] == '\\')
            {
                _at++;
            }
            else if (_text[_at] == quote)
            {
                _at++;
                return true;
            }
        }
        return false;
    }

    private bool Take(char c)
    {
        if (_at == _text.Length || _text[_at] != c)
            return false;
        _at++;
        return true;
    }

    private void Blanks()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
    }
}
