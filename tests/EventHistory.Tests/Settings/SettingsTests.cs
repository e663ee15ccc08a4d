using System.Collections;
using EventHistory.Settings;
using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests.Settings;

public sealed class SettingsTests
{
    [Fact]
    public void Everything_has_a_default()
    {
        var settings = Read();

        Assert.Equal("amqp://guest:guest@127.0.0.1:5672/%2F", settings.Broker);
        Assert.Null(settings.Database);
        Assert.Equal(("127.0.0.1", 5555), (settings.Address, settings.Port));
        Assert.Equal(Path.GetFullPath(".data"), settings.Data);
        Assert.Equal(Roles.Ingest | Roles.Web | Roles.Jobs, settings.Roles);
        Assert.Equal(50_000_000, settings.Stream.SegmentBytes);
    }

    [Fact]
    public void The_command_line_overrides_the_environment_which_overrides_the_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "appsettings.json"), """
            {"EventHistory": {"Port": 1, "Address": "127.0.0.2", "Exchange": "of-the-file", "Stream": {"Prefetch": 7}}}
            """);
        var settings = SettingsReader.Read(SettingsSources.Read(
            new Dictionary<string, string?> { ["Port"] = "3" },
            new Hashtable { ["EVENTHISTORY_PORT"] = "2", ["EVENTHISTORY_ADDRESS"] = "127.0.0.3", ["EventHistory__Stream__Name"] = "s" },
            folder.Path));

        Assert.Equal(3, settings.Port);
        Assert.Equal("127.0.0.3", settings.Address);
        Assert.Equal("of-the-file", settings.Exchange);
        Assert.Equal(7, settings.Stream.Prefetch);
        Assert.Equal("s", settings.Stream.Name);
    }

    [Fact]
    public void The_database_may_be_a_connection_string_of_dotnet()
    {
        Assert.Equal("Host=a", Read(("ConnectionStrings__EventHistory", "Host=a")).Database);
    }

    [Fact]
    public void Of_two_ways_to_name_the_database_the_stronger_source_wins()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "appsettings.json"), """{"EventHistory": {"Database": "Host=file"}}""");

        var settings = SettingsReader.Read(SettingsSources.Read(
            new Dictionary<string, string?>(), new Hashtable { ["ConnectionStrings__EventHistory"] = "Host=environment" }, folder.Path));

        Assert.Equal("Host=environment", settings.Database);
    }

    [Fact]
    public void Roles_are_names_separated_by_commas() =>
        Assert.Equal(Roles.Web | Roles.Jobs, Read(("EVENTHISTORY_ROLES", "web, jobs")).Roles);

    [Fact]
    public void Variables_that_Kubernetes_sets_for_a_service_of_our_name_are_not_ours() =>
        Assert.Equal(5555, Read(("EVENTHISTORY_PORT", "tcp://10.0.0.1:5555"), ("EVENTHISTORY_SERVICE_HOST", "10.0.0.1")).Port);

    [Fact]
    public void Variables_of_scripts_and_tests_are_not_ours() =>
        Assert.Equal(5555, Read(("EVENTHISTORY_TEST_POSTGRES", "x"), ("EVENTHISTORY_DEMO", "x"), ("EVENTHISTORY_NODE", "x")).Port);

    [Fact]
    public void A_small_stream_has_small_segments() =>
        Assert.Equal(1_000_000, Read(("EventHistory__Stream__MaxLengthBytes", "4000000")).Stream.SegmentBytes);

    [Fact]
    public void A_network_address_is_allowed_to_whoever_says_so() =>
        Assert.Equal("0.0.0.0", Read(("EVENTHISTORY_ADDRESS", "0.0.0.0"), ("EVENTHISTORY_ALLOW_ANONYMOUS_ON_NETWORK", "true")).Address);

    [Fact]
    public void Two_spellings_of_one_variable_must_agree()
    {
        Assert.Equal(2, Read(("EventHistory__Port", "2"), ("EVENTHISTORY__PORT", "2")).Port);
        var refusal = Assert.Throws<StartException>(() => Read(("EventHistory__Port", "2"), ("EVENTHISTORY__PORT", "3")));
        Assert.Equal("The environment variables EVENTHISTORY__PORT and EventHistory__Port say two things of one setting; set one of them.", refusal.Message);
    }

    [Theory]
    [InlineData("EVENTHISTORY_PORT", "70000", "EventHistory:Port (--port, EVENTHISTORY_PORT) is \"70000\", but must be from 0 to 65535.")]
    [InlineData("EVENTHISTORY_PORT", "http", "EventHistory:Port (--port, EVENTHISTORY_PORT) is \"http\", but must be a whole number.")]
    [InlineData("EVENTHISTORY_BROKER", "redis://x:secret@y", "is \"redis://x:***@y\", but must be one amqp:// or amqps:// URL")]
    [InlineData("EVENTHISTORY_BROKER", "amqp://a;amqp://b", "must be one amqp:// or amqps:// URL")]
    [InlineData("EVENTHISTORY_BROKR", "amqp://a", "EVENTHISTORY_BROKR is not known; did you mean EVENTHISTORY_BROKER?")]
    [InlineData("EVENTHISTORY_DATABASE", "mysql://u:secret@h/db", "is \"mysql://u:***@h/db\", but must be a URL such as postgres://")]
    [InlineData("EVENTHISTORY_DATABASE", "Hst=h", "as a connection string it says")]
    [InlineData("EVENTHISTORY_ADDRESS", "example.org", "must be an IP address such as 127.0.0.1 or 0.0.0.0, or localhost")]
    [InlineData("EVENTHISTORY_ADDRESS", "0.0.0.0", "set EventHistory:AllowAnonymousOnNetwork (EVENTHISTORY_ALLOW_ANONYMOUS_ON_NETWORK) to true")]
    [InlineData("EVENTHISTORY_ADDRESS", "::", "must be a loopback address")]
    [InlineData("EVENTHISTORY_ROLES", "ingest,wbe", "EventHistory:Roles (EVENTHISTORY_ROLES) is \"ingest,wbe\", but must be one or more of ingest, web and jobs")]
    [InlineData("EVENTHISTORY_ROLES", "7", "must be one or more of ingest, web and jobs")]
    [InlineData("EVENTHISTORY_ALLOW_ANONYMOUS_ON_NETWORK", "yes", "must be true or false")]
    [InlineData("EventHistory__Prot", "1", "EventHistory:Prot is not a known setting; did you mean Port?")]
    [InlineData("EventHistory__Stream__Nmae", "x", "EventHistory:Stream:Nmae is not a known setting; did you mean Stream:Name?")]
    [InlineData("EventHistory__Batch__Zzz", "x", "EventHistory:Batch:Zzz is not a known setting; known here are Events, Bytes, Linger.")]
    [InlineData("EventHistory__Stream", "x", "EventHistory:Stream is \"x\", but is a group")]
    [InlineData("EventHistory__Port__Number", "1", "is a list or a group, but must be a whole number")]
    [InlineData("EventHistory__Stream__Name", "amq.x", "EventHistory:Stream:Name is \"amq.x\", but must be a name")]
    [InlineData("EventHistory__Exchange", " ", "EventHistory:Exchange is \" \", but must be a name")]
    [InlineData("EventHistory__Source__Name", "amq.", "EventHistory:Source:Name")]
    [InlineData("EventHistory__Stream__Prefetch", "0", "EventHistory:Stream:Prefetch is \"0\", but must be from 1 to 65535.")]
    [InlineData("EventHistory__Stream__MaxLengthBytes", "999999", "must be from 1000000 to 1000000000000000")]
    [InlineData("EventHistory__Stream__MaxLengthBytes", "5 GB", "must be a whole number")]
    [InlineData("EventHistory__Stream__SegmentBytes", "2500000001", "must be from 100000 to 2500000000")]
    [InlineData("EventHistory__Stream__MaxAge", "00:00:59", "must be from 00:01:00 to 3650.00:00:00")]
    [InlineData("EventHistory__Stream__MaxAge", "7", "must be a time as hours:minutes:seconds")]
    [InlineData("EventHistory__Heartbeat", "00:00:04", "EventHistory:Heartbeat is \"00:00:04\", but must be from 00:00:05 to 00:10:00.")]
    [InlineData("EventHistory__Batch__Events", "50001", "from 1 to 50000")]
    [InlineData("EventHistory__Batch__Bytes", "63999", "from 64000 to 256000000")]
    [InlineData("EventHistory__Batch__Linger", "00:00:11", "from 00:00:00.0010000 to 00:00:10")]
    [InlineData("EventHistory__Backoff__First", "00:01:01", "from 00:00:00.0100000 to 00:01:00")]
    [InlineData("EventHistory__Backoff__Max", "00:00:00.1", "from 00:00:00.5000000 to 01:00:00")]
    [InlineData("EventHistory__Tls__AllowUntrusted", "true", "an amqps:// URL, because the settings under EventHistory:Tls are of no use without")]
    public void A_bad_setting_is_refused_with_a_sentence_that_names_it(string variable, string value, string sentence)
    {
        var refusal = Assert.Throws<StartException>(() => Read((variable, value)));

        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, refusal.ExitCode);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_is_not_there_is_refused()
    {
        var refusal = Assert.Throws<StartException>(() => Read(("EVENTHISTORY_BROKER", "amqps://h"), ("EventHistory__Tls__CaFile", "/no/such.pem")));

        Assert.Equal("EventHistory:Tls:CaFile is \"/no/such.pem\", but must be a file that exists.", refusal.Message);
    }

    [Fact]
    public void A_file_that_is_not_JSON_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "appsettings.json"), "{ EventHistory: }");

        var refusal = Assert.Throws<StartException>(
            () => SettingsSources.Read(new Dictionary<string, string?>(), new Hashtable(), folder.Path));

        Assert.StartsWith("appsettings.json cannot be read as JSON: ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, refusal.ExitCode);
    }

    private static EventHistorySettings Read(params (string Name, string Value)[] environment) => SettingsReader.Read(
        SettingsSources.Read(new Dictionary<string, string?>(), new Hashtable(environment.ToDictionary(v => v.Name, v => v.Value)), "/nonexistent"));
}
