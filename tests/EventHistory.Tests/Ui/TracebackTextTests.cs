using EventHistory.Ui;

namespace EventHistory.Tests.Ui;

public sealed class TracebackTextTests
{
    [Fact]
    public void Frames_of_the_application_are_told_from_those_of_libraries()
    {
        var lines = TracebackText.Lines("""
            Traceback (most recent call last):
              File "/usr/lib/python3/dist-packages/celery/app/trace.py", line 451, in trace_task
                R = retval = fun(*args, **kwargs)
                             ^^^^^^^^^^^^^^^^^^^^
              File "/srv/shop/app.py", line 71, in sync
                raise ValueError("no")
            ValueError: no

            During handling of the above exception, another exception occurred:

            Traceback (most recent call last):
              File "/srv/shop/app.py", line 80, in <module>
            shop.Error: first line
              second line of the message
            """);

        Assert.Equal("HLLLOOEEHHHOEE", string.Concat(lines.Select(l => l.Kind.ToString()[0])));
        Assert.Equal("\"/srv/shop/app.py\", line 71", lines[4].Text[lines[4].Source!.Value]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no traceback at all")]
    [InlineData("\n\n\n")]
    [InlineData("  File \"")]
    public void Any_text_is_shown_as_it_is(string text) =>
        Assert.Equal(text.TrimEnd(), string.Join('\n', TracebackText.Lines(text).Select(l => l.Text)));
}
