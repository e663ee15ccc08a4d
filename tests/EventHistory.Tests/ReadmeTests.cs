using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using EventHistory.Settings;
using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests;

/// <summary>What the README promises is there. (Its two commands are what CI runs, its `serve` is what every test starts.)</summary>
public sealed partial class ReadmeTests(Postgres postgres)
{
    private static readonly string _text = File.ReadAllText(Repository.Path("README.md"));

    [Fact]
    public void Every_make_command_is_a_target()
    {
        var makefile = File.ReadAllText(Repository.Path("Makefile"));
        var targets = MakeCommand().Matches(_text).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.Contains("run", targets);
        Assert.All(targets, target => Assert.Matches($"(?m)^{target}:", makefile));
    }

    [Fact]
    public void Every_file_it_names_exists()
    {
        var files = Link().Matches(_text).Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.True(File.Exists(Repository.Path(file)), file));
    }

    [Fact]
    public void The_settings_are_exactly_those_there_are()
    {
        var listed = SettingRow().Matches(_text).SelectMany(row => Code().Matches(row.Groups[1].Value)).Select(m => m.Groups[1].Value);
        Assert.Equal(Names(typeof(EventHistorySettings), "").Order(), listed.Order());
    }

    [Theory]
    [InlineData("Broker")]
    [InlineData("Port")]
    [InlineData("Data")]
    [InlineData("Roles")]
    [InlineData("Exchange")]
    [InlineData("Source:Name")]
    [InlineData("Stream:Name")]
    [InlineData("Stream:MaxLengthBytes")]
    [InlineData("Stream:SegmentBytes")]
    [InlineData("Stream:Prefetch")]
    [InlineData("Heartbeat")]
    public void A_default_is_what_it_says(string setting)
    {
        object? value = new EventHistorySettings();
        foreach (var name in setting.Split(':'))
            value = value!.GetType().GetProperty(name)!.GetValue(value);
        var row = SettingRow().Matches(_text).Single(r => r.Groups[1].Value.Trim() == $"`{setting}`");
        Assert.Equal($"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`", row.Groups[3].Value.Trim());
    }

    [Fact]
    public async Task Its_SQL_runs()
    {
        await using var database = await postgres.CreateDatabase();
        var texts = Directory.EnumerateFiles(Repository.Path("docs"), "*.md").Select(File.ReadAllText).Prepend(_text);
        var blocks = texts.SelectMany(text => Sql().Matches(text)).Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(blocks);
        foreach (var sql in blocks)
        {
#pragma warning disable CA2100 // from our own README
            await using var command = database.Data.CreateCommand(sql);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }

    private static IEnumerable<string> Names(Type type, string prefix) =>
        from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        let nested = property.PropertyType.Namespace == type.Namespace && property.PropertyType.IsClass
        from name in nested ? Names(property.PropertyType, prefix + property.Name + ":") : [prefix + property.Name]
        select name;

    [GeneratedRegex(@"\bmake ([a-z]+(?:/[a-z]+)?)\b(?=[^\n]*(?:#|\n|`))")]
    private static partial Regex MakeCommand();

    [GeneratedRegex(@"\]\(((?!http)[^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?m)^\| (`[A-Z][^|]*)\|([^|]*)\|([^|]*)\|[^|\n]*\|$")]
    private static partial Regex SettingRow();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("```sql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Sql();
}
